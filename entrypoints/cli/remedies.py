"""What to type next where a check of the doctor is not ok."""

import shlex

from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.condition import Cause
from openclaw_manager.entrypoints.cli.causes import ADVICE

_FIX = "openclaw-manager doctor --fix"
_COPY = "cp -a {home} {home}.copy  # before anything else; then restore a backup"
_ACCESS = "ls -la {home}"
_TOKEN = "openclaw-manager instance update {name} --token @FILE"
_REPLACE_KEY = "openclaw-manager keys replace"
_PAIR = "openclaw-manager instance pair {name}"
_TRUST = "openclaw-manager instance trust {name}"
_PING = "openclaw-manager instance ping {name}"
_SHOW = "openclaw-manager instance show {name}"
_URL = "openclaw-manager instance update {name} --url URL"

# By the check; where a gateway said why, what is advised for that cause goes before.
NEXT = {
    CheckId.CONFIG: "openclaw-manager settings --help",
    CheckId.HOME_FOLDER: "openclaw-manager instance register NAME --url URL",
    CheckId.HOME_OWNER: "ls -ld {home}",
    CheckId.HOME_MODE: _FIX,
    CheckId.FILE_MODES: _FIX,
    CheckId.DISK_SPACE: "df -h {home}",
    CheckId.STORE: _COPY,
    CheckId.STORE_INTEGRITY: _COPY,
    CheckId.STORE_WRITABLE: _ACCESS,
    CheckId.SECRET_STORE: _COPY,
    CheckId.DATA_JSON: _FIX,
    CheckId.DATA_JSON_CURRENT: _FIX,
    CheckId.DATA_JSON_ENTRIES: _FIX,
    CheckId.INSTANCES: _COPY,
    CheckId.CLOCK: "timedatectl status",
    CheckId.DUPLICATE_URL: _SHOW,
    CheckId.SHARED_TOKEN: _TOKEN,
    CheckId.SECRETS_RESOLVE: _SHOW,
    CheckId.SECRETS_ORPHANED: _ACCESS,
    CheckId.DEVICE_KEY: _PAIR,
    CheckId.ALERTS: "openclaw-manager alert list",
    CheckId.RESOLVE: _URL,
    CheckId.TCP: _PING,
    CheckId.TLS: _TRUST,
    CheckId.HTTP_HEALTHZ: "openclaw gateway status  # on its host",
    CheckId.HTTP_READYZ: "openclaw status  # on its host",
    CheckId.UPGRADE: _URL,
    CheckId.CHALLENGE: _URL,
    CheckId.PROTOCOL: "openclaw --version  # on its host",
    CheckId.CREDENTIALS: _TOKEN,
    CheckId.PAIRING: _PAIR,
    CheckId.SCOPES: _PAIR,
    CheckId.RPC: _PING,
    CheckId.IDENTITY: _TRUST,
    CheckId.PLAIN_WS_TOKEN: "openclaw-manager instance update {name} --url wss://HOST:PORT",
    CheckId.DUPLICATE_GATEWAY: _SHOW,
}


def next_command(check: Check, home: str) -> str | None:
    """Tell the one command to run next; None where nothing needs to be done."""
    if check.verdict in (Verdict.OK, Verdict.SKIPPED):
        return None
    advice = ADVICE[check.code].next if isinstance(check.code, Cause) else NEXT[check.id]
    if check.id is CheckId.DEVICE_KEY and check.about is None:  # there is one, and it is damaged
        advice = _REPLACE_KEY
    if "{name}" in advice and check.about is None:
        return None  # nobody can say of which instance
    home_folder_at_fault = check.id is CheckId.HOME_FOLDER and check.verdict is Verdict.FAILED
    if home_folder_at_fault:
        advice = NEXT[CheckId.HOME_OWNER]
    return advice.format(home=shlex.quote(home), name=shlex.quote(check.about or ""))


def said(check: Check) -> str:
    """Say what a check found: for a gateway's layer what happened, and what we know of it."""
    if not isinstance(check.code, Cause):
        return check.message
    happened = ADVICE[check.code].happened
    return f"{happened}: {check.message}" if check.message else happened
