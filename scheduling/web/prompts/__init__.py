"""Themes and prompts."""
