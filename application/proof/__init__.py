"""The proof that the log is whole, and that what is read from it follows from its events."""
