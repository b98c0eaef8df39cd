"""Finding the secrets in the texts of one value."""

from collections.abc import Iterable

from openclaw_manager.domain.content.canonical import Json, containers
from openclaw_manager.domain.content.marks import REDACTED
from openclaw_manager.domain.content.own_secrets import OwnSecrets
from openclaw_manager.domain.content.secret_shapes import SHAPES, Shape

_MOST_ROUNDS = 8


class Recognition:
    """What becomes of the texts of one value, each looked at once.

    Most values have few secrets, and most of their texts stand in them many times. So it is
    the distinct texts that are searched, all at once for what makes a shape possible, and
    then one by one for the shapes that are. Raises ``ContentRefused`` for what is nested too
    deep.
    """

    def __init__(self, value: Json, secrets: OwnSecrets) -> None:
        texts = _texts_of(value)
        everything = "\n".join(texts)
        self._shapes = _possible([*secrets.shapes_in(everything), *SHAPES], everything)
        self.replacements = self._replacements(texts)
        """The texts with secrets, and what they read without."""

    def without_secrets(self, text: str) -> str:
        """Apply all shapes until none finds anything, since one may uncover another."""
        for _ in range(_MOST_ROUNDS):
            before = text
            for triggers, redact in self._shapes:
                if any(trigger in text for trigger in triggers):
                    text = redact(text)
            if text == before:
                return text
        return REDACTED

    def _replacements(self, texts: Iterable[str]) -> dict[str, str]:
        triggers = {trigger for shape in self._shapes for trigger in shape.triggers}
        suspects = {text for trigger in triggers for text in texts if trigger in text}
        found = ((text, self.without_secrets(text)) for text in suspects)
        return {text: redacted for text, redacted in found if redacted != text}


def _texts_of(value: Json) -> set[str]:
    """Collect the keys and texts of a value."""
    texts = {value} if isinstance(value, str) else set()
    for container in containers(value):
        if isinstance(container, dict):
            texts.update(container)
            texts.update(child for child in container.values() if type(child) is str)
        else:
            texts.update(child for child in container if type(child) is str)
    return texts


def _possible(shapes: Iterable[Shape], everything: str) -> list[Shape]:
    """Drop the shapes, and of each the triggers, of which nothing is there."""
    return [
        Shape(present, shape.redact)
        for shape in shapes
        if (present := tuple(trigger for trigger in shape.triggers if trigger in everything))
    ]
