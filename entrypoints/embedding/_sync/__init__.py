"""``Manager``: for threads. All but the engine is made from ``_async`` by docs/generate.py."""
