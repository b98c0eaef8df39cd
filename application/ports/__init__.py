"""What the use cases need from outside, each a protocol named for the need."""
