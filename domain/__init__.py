"""What an instance is and what may happen to it: aggregates, events, value objects, errors.

Nothing here reads a clock, draws a random number or touches a file: times and ids arrive
as arguments, and what happened leaves as events.
"""
