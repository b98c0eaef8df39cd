"""Commands about what gateways hold, at one moment and another."""
