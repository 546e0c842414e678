"""Changing anything that has a date: worked out, looked at, made as one act, and undone."""
