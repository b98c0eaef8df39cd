"""Where secrets are kept: a file of our own, or the keyring of the operating system."""
