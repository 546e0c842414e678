"""What pages show, read in a fixed number of queries and put into words."""
