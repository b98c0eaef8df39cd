"""What people do with instances: the use cases, and the ports through which they reach out."""
