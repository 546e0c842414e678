"""Plumbing that knows no word of the domain: text, mail, addresses, the mail server, storage."""
