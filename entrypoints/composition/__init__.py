"""The composition root: the only place that knows which adapter meets which need."""
