"""All parts of the program on a home that is looked at, and neither made nor mended."""

from typing import Any

from dependency_injector import providers

from openclaw_manager.entrypoints.composition.container import Container
from openclaw_manager.entrypoints.composition.home import UntouchedHome
from openclaw_manager.entrypoints.composition.settings import Settings


def untouched_container(
    settings: Settings, user_agent: str, **others: "providers.Provider[Any]"
) -> Container:
    """Put the parts together for a checkup, which must not change what it looks at."""
    return Container(
        settings=settings,
        user_agent=user_agent,
        home=providers.Object(UntouchedHome(settings.home)),
        **others,
    )
