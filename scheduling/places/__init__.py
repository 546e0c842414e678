"""Places in a group: offered, taken, left, and moved to another address."""
