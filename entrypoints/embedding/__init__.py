"""Register, ping and remember OpenClaw gateways."""

__version__ = "0.1.0"
