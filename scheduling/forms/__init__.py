"""What people type about dates, checked before it becomes a value."""
