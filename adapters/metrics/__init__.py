"""What monitoring systems are told of the gateways and of their watcher, as Prometheus text."""
