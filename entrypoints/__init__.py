"""Where people and programs come in: the command line, the package, and the composition root."""
