"""Changing dates, hours and the venue of one session or many."""
