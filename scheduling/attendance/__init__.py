"""Who comes: answers, standing answers, and the links by which somebody answers."""
