"""Calendar bytes (RFC 5545, RFC 5546) and how calendar programs are given a link. Pure."""
