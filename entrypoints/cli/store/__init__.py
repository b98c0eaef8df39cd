"""``store``: where the log is kept."""
