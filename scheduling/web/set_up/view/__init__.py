"""What pages show, put into words."""
