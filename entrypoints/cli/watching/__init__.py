"""What a watch shows: a table that keeps itself up to date, or lines for a program to read."""
