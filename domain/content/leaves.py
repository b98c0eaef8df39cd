"""A value taken apart into what it looks like and what stands in it."""

from collections.abc import Iterator
from itertools import repeat

from openclaw_manager.domain.content.canonical import Json


def form_of(value: Json) -> Json:
    """Give what a value looks like: the same with nothing in it but null."""
    return filled(value, repeat(None))


def leaves_of(value: Json) -> Iterator[Json]:
    """List what stands in a value, mappings in the order of their keys."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from leaves_of(value[key])
    elif isinstance(value, list):
        for child in value:
            yield from leaves_of(child)
    else:
        yield value


def filled(form: Json, leaves: Iterator[Json]) -> Json:
    """Put leaves into a form, of which there have to be enough."""
    if isinstance(form, dict):
        return {key: filled(form[key], leaves) for key in sorted(form)}
    if isinstance(form, list):
        return [filled(child, leaves) for child in form]
    return next(leaves)
