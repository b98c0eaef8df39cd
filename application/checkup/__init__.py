"""Checkups: whether all that is relied on is as it should be, from the home to the gateways."""
