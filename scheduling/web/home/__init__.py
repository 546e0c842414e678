"""What members and facilitators see first."""
