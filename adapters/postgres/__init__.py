"""The log in PostgreSQL, for several machines that share one registry."""
