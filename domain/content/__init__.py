"""What a gateway says of itself, as JSON: made comparable, freed of secrets, and compared.

Nothing here talks to a gateway or keeps anything. An answer is redacted, what changes by
itself is split off, the rest is brought into one form and named by its hash; two of those
differ by a list of changes.
"""
