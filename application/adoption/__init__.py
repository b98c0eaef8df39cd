"""Taking over what other tools know: their instances become ours, with their ids and dates."""
