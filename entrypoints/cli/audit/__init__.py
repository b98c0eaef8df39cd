"""``audit``: the log, looked at, proved, and carried elsewhere."""
