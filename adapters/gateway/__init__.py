"""The gateway link over WebSocket: one conversation per dialect and a driver for all."""
