"""Ways to tell somebody that a gateway went down, or came up again."""
