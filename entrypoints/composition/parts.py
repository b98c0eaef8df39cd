"""Parts that are imported and made when they are first needed."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from dependency_injector import providers


def late(module: str, name: str) -> Callable[..., Any]:
    """Put an import off until the part is made: a command loads what it uses and no more."""

    def make(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(f"openclaw_manager.{module}"), name)(*args, **kwargs)

    return make


class _WhenAsked:
    """Stands for a part until something is asked of it.

    Of the parts that a command has at hand, some are asked rarely: those that use keys take
    as long to import as all the rest.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


def when_asked(module: str, name: str, *needs: Any) -> "providers.Singleton[Any]":
    """Put a part in place that is made when something is first asked of it."""
    part = providers.Singleton(late(module, name), *needs)
    return providers.Singleton(_WhenAsked, part.provider)
