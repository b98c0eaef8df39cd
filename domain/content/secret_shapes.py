"""Secrets in running text that are known by their looks."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from typing import NamedTuple

from openclaw_manager.domain.content.marks import MARKS, REDACTED
from openclaw_manager.domain.content.named_secrets import without_named_secrets


class Shape(NamedTuple):
    """One way in which a secret looks."""

    triggers: tuple[str, ...]
    """A text with none of these has no such secret, and the pattern is not even compiled."""
    redact: Callable[[str], str]


def replacing(triggers: tuple[str, ...], pattern: str) -> Shape:
    """Make the shape of what matches a pattern; a group ``kept`` in front of it stays."""
    replacement = (r"\g<kept>" if "(?P<kept>" in pattern else "") + REDACTED
    return Shape(triggers, lambda text: re.sub(pattern, replacement, text))


def _judged(
    triggers: tuple[str, ...], pattern: str, is_secret: Callable[[re.Match[str]], bool]
) -> Shape:
    """Make the shape of what matches a pattern, with groups ``kept`` and ``secret``, and a rule."""

    def replacement(found: re.Match[str]) -> str:
        return found["kept"] + REDACTED if is_secret(found) else found[0]

    return Shape(triggers, lambda text: re.sub(pattern, replacement, text))


_PROSE_AFTER_BEARER = r"[a-z]{1,8}|authentication|authorization|credentials"
_LOGINS_WITHOUT_PASSWORD = ("ssh", "git", "sftp")


def _is_no_prose(bearer: re.Match[str]) -> bool:
    return not re.fullmatch(_PROSE_AFTER_BEARER, bearer["secret"].rstrip(".:"))


def _is_user_and_password(basic: re.Match[str]) -> bool:
    encoded = basic["secret"].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b":" in b64decode(encoded + "=" * (-len(encoded) % 4))
    except Error:
        return False


def _is_login(url: re.Match[str]) -> bool:
    parts = url["secret"].split(":")
    if len(parts) == 1 and url.string[: url.start()].endswith(_LOGINS_WITHOUT_PASSWORD):
        return False
    return not MARKS.issuperset(parts)


_WORD = r"[A-Za-z0-9_-]"
_ALONE = r"(?<![A-Za-z0-9])"

SHAPES: tuple[Shape, ...] = (
    replacing(
        ("PRIVATE KEY",),
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
        r"[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    ),
    _judged(("://",), r"(?P<kept>://)(?P<secret>[^\s/?#\"'<>]*)(?=@)", _is_login),
    # A password with a slash in it, that nobody encoded; a port is no password.
    _judged(
        ("://",), r"(?P<kept>://)(?P<secret>[^\s/:@?#]*:(?!\d+[/?#])[^\s@\"'<>]+)(?=@)", _is_login
    ),
    _judged(
        ("earer", "EARER"),
        r"(?P<kept>(?i:bearer)(?:\s+|%20|\+))(?P<secret>[A-Za-z0-9._~+/=:%-]{4,})",
        _is_no_prose,
    ),
    _judged(
        ("asic", "ASIC"),
        r"(?P<kept>(?i:basic)(?:\s+|%20))(?P<secret>[A-Za-z0-9+/_-]{6,}={0,2})",
        _is_user_and_password,
    ),
    Shape(("=", "%3D", "%3d", ":", "--"), without_named_secrets),
    replacing(("/__openclaw__/cap/",), r"(?P<kept>/__openclaw__/cap/)[^/\s?#\"'\[]+"),
    replacing(
        ("hooks.slack.com/",),
        r"(?P<kept>hooks\.slack\.com/(?:services|workflows|triggers)/)[^\s\"'<>]+",
    ),
    replacing(("/webhooks/",), rf"(?P<kept>/webhooks/\d+/){_WORD}+"),
    replacing(("webhook.office.com/",), r"(?P<kept>webhook\.office\.com/)[^\s\"'<>]+"),
    # Telegram
    replacing((":",), rf"(?<!\d)\d{{5,12}}:{_WORD}{{20,}}"),
    # OpenAI, Anthropic, OpenRouter; Stripe
    replacing(("sk-",), rf"{_ALONE}sk-{_WORD}{{8,}}"),
    replacing(
        ("sk_live_", "sk_test_", "rk_live_", "rk_test_"),
        rf"{_ALONE}[sr]k_(?:live|test)_{_WORD}{{8,}}",
    ),
    # Slack, GitHub, GitLab
    replacing(("xox",), rf"{_ALONE}xox[a-z](?:\.xox[a-z])?-{_WORD}{{8,}}"),
    replacing(("xapp-",), rf"{_ALONE}xapp-{_WORD}{{8,}}"),
    replacing(("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), rf"{_ALONE}gh[opusr]_{_WORD}{{16,}}"),
    replacing(("github_pat_",), rf"{_ALONE}github_pat_{_WORD}{{16,}}"),
    replacing(("glpat-",), rf"{_ALONE}glpat-{_WORD}{{16,}}"),
    # AWS, Google
    replacing(("AKIA", "ASIA"), rf"{_ALONE}A[KS]IA[A-Z0-9]{{12,}}"),
    replacing(("AIza",), rf"{_ALONE}AIza{_WORD}{{20,}}"),
    replacing(("ya29.", "GOCSPX-"), rf"{_ALONE}(?:ya29\.|GOCSPX-)[A-Za-z0-9._-]{{16,}}"),
    # JSON Web Tokens, and whatever else begins with an encoded brace
    replacing(("eyJ",), rf"{_ALONE}eyJ[A-Za-z0-9_+/-]{{10,}}(?:\.[A-Za-z0-9_+/-]*)*=*"),
    # Hugging Face, Groq, xAI, Perplexity, Replicate, npm, NVIDIA, Tavily, SendGrid
    replacing(
        ("hf_", "gsk_", "xai-", "pplx-", "r8_", "npm_", "nvapi-", "tvly-"),
        rf"{_ALONE}(?:hf_|gsk_|xai-|pplx-|r8_|npm_|nvapi-|tvly-){_WORD}{{16,}}",
    ),
    replacing(("SG.",), rf"{_ALONE}SG\.{_WORD}{{16,}}\.{_WORD}{{16,}}"),
    # Nostr, age
    replacing(("nsec1", "AGE-SECRET-KEY-1"), rf"{_ALONE}(?:nsec1|AGE-SECRET-KEY-1){_WORD}{{20,}}"),
)
