"""Hours on the wall: rhythms, breaks, clock changes, and how a time is said. Pure."""
