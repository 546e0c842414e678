"""Changing a run or one session: worked out, made as one act, and taken back."""
