"""Examining any feed from outside, as calendar programs would."""
