"""The names: whether those who hold them are those who bear them."""

from collections.abc import Iterator

from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.application.proof.folding import Folding
from openclaw_manager.domain.name import name_key


def disagreements(folding: Folding) -> Iterator[Finding]:
    """Compare the instances that are not removed with the reservations of names."""
    present = {str(one.id): one for one in folding.instances() if one.removed_at is None}
    holders = {name_key(one.name): one.holder for one in folding.reservations() if one.holder}
    for id_, instance in present.items():
        if holders.get(name_key(instance.name)) != id_:
            yield Finding(f"does not reserve the name {instance.name!r} for its instance {id_}")
    for key, holder in holders.items():
        bearer = present.get(str(holder))
        if bearer is None or name_key(bearer.name) != key:
            yield Finding(f"reserves the name {key!r} for {holder}, which does not bear it")
