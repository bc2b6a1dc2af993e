"""Foreign files: which signatures are in them, whether they hold, and why not; and making them by profile."""
