"""Answers that calendar programs send back by mail (RFC 5546)."""
