"""What stands where a secret was."""

import re

REDACTED = "[redacted]"
"""What we write in place of a secret."""

REDACTED_BY_GATEWAY = "__OPENCLAW_REDACTED__"
"""What an OpenClaw gateway writes in place of one; left as it is."""

MARKS = frozenset({REDACTED, REDACTED_BY_GATEWAY})

_REFERENCE = r"\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Z_][A-Z0-9_]*"


def is_no_secret(text: str) -> bool:
    """Whether a text that stands where a secret is expected is none.

    It is empty, or was redacted before, or names the variable that has the secret, as
    ``${OPENAI_API_KEY}`` does.
    """
    return not text or text in MARKS or re.fullmatch(_REFERENCE, text) is not None
