"""Which names promise a secret: of keys, query parameters, headers, options and variables."""

import re
from enum import Enum


class Promise(Enum):
    """What a name says of the value under it."""

    NOTHING = "nothing"
    SECRET = "secret"
    """Texts and numbers under it are secret, however deep."""
    SECRET_TEXT = "secret-text"
    """Texts under it are secret; numbers are counts, as in ``tokens`` or ``maxTokens``."""
    SETTINGS = "settings"
    """A mapping under it holds values of which any may be secret, as in ``env``."""


_ENDINGS = (
    *("token", "apikey", "password", "passwd", "pwd", "passphrase", "seedphrase", "mnemonic"),
    *("secret", "secretkey", "privatekey", "privatekeypem", "signingkey", "encryptionkey"),
    *("encryptkey", "aeskey", "masterkey", "sharedkey", "accesskey", "accesskeyid", "authkey"),
    *("hmackey", "recoverykey", "licensekey", "subscriptionkey", "passwordhash"),
    *("authorization", "authheader", "basicauth", "bearer", "cookie", "credential", "jwt"),
    *("connectionstring", "serviceaccount", "setupcode", "pairingcode"),
    *("dbpass", "smtppass", "userpass", "authpass", "proxypass"),
    # What an OpenClaw gateway hands out in its greeting: good for a later visit.
    *("recoveryscope", "surfaceurl", "capabilityurl"),
)
_PLURALS = tuple(ending + "s" for ending in _ENDINGS)
_SETTINGS = frozenset({"env", "envs", "envvars", "environment", "environmentvariables"})
_IN_A_QUERY = frozenset({"key", "sig", "signature", "auth", "code", "pass", "pw", "ticket"})
_NOT_A_LETTER = re.compile(r"[^a-z0-9]")

STEMS = (
    *("token", "key", "pass", "pwd", "phrase", "mnemonic", "secret", "auth", "bearer", "cookie"),
    *("cred", "jwt", "connectionstring", "serviceaccount", "code", "scope", "url", "sig"),
    *("pw", "ticket"),
)
"""Each name that promises a secret contains one of these, without regard to case."""


def promise_of(name: str) -> Promise:
    """Judge a name, without regard to case, dashes and underscores."""
    compact = _NOT_A_LETTER.sub("", name.lower())
    if compact.endswith(_ENDINGS) or compact == "pass":
        return Promise.SECRET
    if compact.endswith(_PLURALS):
        return Promise.SECRET_TEXT
    if compact in _SETTINGS or compact.endswith("headers"):
        return Promise.SETTINGS
    return Promise.NOTHING


def promises_secret_text(name: str) -> bool:
    """Whether a text right under this name is secret."""
    return promise_of(name) in {Promise.SECRET, Promise.SECRET_TEXT}


def promises_secret_in_query(name: str) -> bool:
    """Whether a query parameter of this name, which may be as short as ``key``, is secret."""
    return name.lower() in _IN_A_QUERY
