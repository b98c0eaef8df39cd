"""Pictures of numbers: in a line of text, on a terminal, and as SVG."""
