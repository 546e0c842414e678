"""What people can send to the pages of this package."""
