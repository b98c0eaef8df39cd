"""Observing: what may be kept of a gateway's answers, for ever, by anybody who reads the log."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from openclaw_manager.application.ports.gateway_link import Capture
from openclaw_manager.domain.content.canonical import Json, canonical, content_hash
from openclaw_manager.domain.content.configuration import with_one_configuration
from openclaw_manager.domain.content.counts import count_in
from openclaw_manager.domain.content.errors import ContentRefused
from openclaw_manager.domain.content.own_secrets import OwnSecrets
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.content.volatile import split_volatile
from openclaw_manager.domain.secret import repr_without
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed, SectionHeard
from openclaw_manager.domain.snapshot import Observation


def observe(capture: Capture, own_secrets: Collection[str]) -> Observation:
    """Take out all secrets, those of the instance too, and set apart what changes by itself.

    A section that cannot be kept as JSON counts as a malformed answer.
    """
    secrets = OwnSecrets(own_secrets)
    kept: dict[Section, _Kept] = {}
    failures: dict[Section, SectionFailed] = {}
    for section, answer in capture.answers.items():
        outcome = _outcome(section, answer, secrets)
        if isinstance(outcome, _Kept):
            kept[section] = outcome
        else:
            failures[section] = outcome
    counts = {section: one.items for section, one in kept.items()}
    return Observation(
        version=_without_secrets(capture.version, secrets),
        dialect=capture.dialect,
        protocol=capture.protocol,
        gateway_id=_without_secrets(capture.gateway_id, secrets),
        contents={section: one.hash for section, one in kept.items()},
        failures=failures,
        volatile={section: one.volatile for section, one in kept.items() if one.volatile},
        agent_count=counts.get(Section.AGENTS),
        channel_count=counts.get(Section.CHANNELS),
        model_count=counts.get(Section.MODELS),
        texts={one.hash: one.text for one in kept.values()},
    )


class _Kept(NamedTuple):
    """One section as it is kept."""

    text: str
    hash: str
    volatile: Mapping[str, Json]
    items: int | None

    def __repr__(self) -> str:
        return repr_without(self, "text", "volatile")


def _outcome(
    section: Section, answer: SectionHeard | SectionFailed, secrets: OwnSecrets
) -> _Kept | SectionFailed:
    if isinstance(answer, SectionFailed):
        detail, scope = (_without_secrets(text, secrets) for text in (answer.detail, answer.scope))
        return SectionFailed(answer.cause, detail, scope)
    try:
        return _keep(section, answer.value, secrets)
    except ContentRefused as refusal:
        return SectionFailed(SectionCause.MALFORMED_ANSWER, str(refusal))


def _keep(section: Section, value: Json, secrets: OwnSecrets) -> _Kept:
    if section is Section.CONFIG:
        value = with_one_configuration(value)
    stable, volatile = split_volatile(section, redacted(value, secrets))
    text = canonical(stable)
    return _Kept(text, content_hash(text), volatile, count_in(section, stable))


def _without_secrets(text: str | None, secrets: OwnSecrets) -> str | None:
    """Free a text of secrets, and of halves of characters, which cannot be written."""
    if text is None:
        return None
    return str(redacted(text, secrets)).encode("utf-8", "replace").decode()
