"""Who belongs together: people, organisations, groups, membership and what a group agrees."""
