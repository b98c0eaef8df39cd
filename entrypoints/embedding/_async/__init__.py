"""``AsyncManager``: for the tasks of an event loop."""
