"""Somebody's own calendar: feeds, invitations, in whose words."""
