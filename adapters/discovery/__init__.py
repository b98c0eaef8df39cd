"""Where gateways are found: in the local network, in OpenClaw's own files, at its own port."""
