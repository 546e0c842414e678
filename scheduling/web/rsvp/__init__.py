"""Answering from a message, without signing in."""
