"""Who is in a group: inviting, joining, leaving, another address."""
