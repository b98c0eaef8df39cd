"""How many agents, channels and models a gateway has, by what it says."""

from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.section import Section

_LISTS = {
    # The second is what the challenge dialect calls every list.
    Section.AGENTS: ("agents", "items"),
    Section.CHANNELS: ("channels", "items"),
    Section.MODELS: ("models", "items"),
}


def count_in(section: Section, content: Json) -> int | None:
    """Count what a section lists; None for a section that lists nothing, or not as we know it.

    ``channels.status`` has a mapping of channels by name, the other methods have lists.
    """
    if section not in _LISTS or not isinstance(content, dict):
        return None
    things = (content.get(name) for name in _LISTS[section])
    return next((len(one) for one in things if isinstance(one, dict | list)), None)
