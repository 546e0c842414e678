"""Setting up a group, and checking it before it is sent."""
