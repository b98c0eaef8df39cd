"""The setting ``store``: a word, or an address of PostgreSQL that holds no password."""

import re
from typing import Any

SQLITE = "sqlite"

_SECRETS = "password|sslpassword|scram_client_key|scram_server_key|oauth_client_secret"
_is_uri = re.compile(r"postgres(?:ql)?://").match
_is_line = re.compile(r"\s*[a-z_]+\s*=").match
_has_password = re.compile(
    rf"""postgres(?:ql)?://[^@?]*:[^?]*@        # user:password@host
    | [?&](?:{_SECRETS})=                       # in a URI
    | (?:^|[\s'"])(?:{_SECRETS})\s*=            # in a line of key=value""",
    re.VERBOSE,
).search
_is_word = re.compile(r"[\w.-]{1,40}").fullmatch


def store_in(written: Any) -> str:
    """Take what was written; raises ``ValueError`` with a clause."""
    if written == SQLITE:
        return SQLITE
    if not isinstance(written, str) or not written.isprintable():
        raise ValueError("is not one line of text")
    if not (_is_uri(written) or _is_line(written)):
        raise ValueError("is neither sqlite nor like postgresql://user@host/database")
    if _has_password(written):
        raise ValueError(
            "has a password in it, where others may see it; give it in a password file of libpq, "
            "or as PGPASSWORD"
        )
    return written


def shown(written: Any) -> Any:
    """Tell people what was refused, unless a password may be in it."""
    return written if not isinstance(written, str) or _is_word(written) else "…"
