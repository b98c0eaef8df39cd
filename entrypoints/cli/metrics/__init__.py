"""``metrics``: what monitoring systems read."""
