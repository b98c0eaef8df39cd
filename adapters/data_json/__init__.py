"""The view as a JSON file, shared with other tools that read and write it."""
