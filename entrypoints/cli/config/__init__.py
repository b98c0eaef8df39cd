"""Commands about the configuration that a gateway had when it was captured."""
