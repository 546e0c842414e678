"""Themes and reflective prompts: the library, what is drawn from it, and when it is shown."""
