"""How the needs of the use cases are met: one folder or module for each need."""
