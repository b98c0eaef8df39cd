"""Watching: pinging instances again and again, and what of it becomes facts."""
