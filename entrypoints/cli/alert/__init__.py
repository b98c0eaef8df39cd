"""The commands of ``alert``."""
