"""Whose certificate is taken, as it was given on the command line."""

from typing import TextIO

from openclaw_manager.domain.errors import InvalidAuthorities
from openclaw_manager.domain.trust import TlsFingerprint, Trust
from openclaw_manager.entrypoints.cli.session import session


def given_trust(ca_file: TextIO | None, fingerprint: str | None) -> Trust | None:
    """Read and check what was given; None where nothing was.

    Raises ``InvalidAuthorities`` and ``InvalidFingerprint``.
    """
    if ca_file is None and fingerprint is None:
        return None
    return Trust(
        session().core.authorities().admit(_text(ca_file)) if ca_file else None,
        TlsFingerprint(fingerprint) if fingerprint is not None else None,
    )


def _text(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as error:
        raise InvalidAuthorities("is not text") from error
