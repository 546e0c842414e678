"""What is typed, and how it is read."""
