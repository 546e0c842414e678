"""Runs of sessions: set up, laid out, and rolled forward."""
