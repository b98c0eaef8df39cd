"""Alerts: who is told when a gateway goes down or comes up, and what became of it."""
