"""Writes the parts of the documents that are read from the code, so that both say the same.

    python docs/generate.py            write them
    python docs/generate.py --check    write nothing, and exit with 1 if one is out of step

The verbs for threads are written as well, from those for tasks: see ``docs/twin.py``.

Such a part stands between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``, in any
document; everything around it is written by hand.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from inspect import getdoc
from pathlib import Path

import api
import click
from eventsourcing.utils import get_topic
from twin import twins

from openclaw_manager.adapters.metrics.family import Family
from openclaw_manager.application.ports.examination import CheckId
from openclaw_manager.application.ports.watch_observer import Trouble
from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import InvalidInput, OpenClawManagerError, StoreError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.provenance import Fact, FactKeeper
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.section import Section
from openclaw_manager.domain.snapshot import Snapshot
from openclaw_manager.domain.stored_content import StoredContent
from openclaw_manager.entrypoints.cli import errors
from openclaw_manager.entrypoints.cli.causes import ADVICE, CAUTIONS
from openclaw_manager.entrypoints.cli.main import cli
from openclaw_manager.entrypoints.cli.remedies import NEXT
from openclaw_manager.entrypoints.cli.snapshot.failures import HAPPENED
from openclaw_manager.entrypoints.cli.snapshot.failures import NEXT as WHAT_NEXT
from openclaw_manager.entrypoints.composition import settings
from openclaw_manager.entrypoints.composition.metrics import metrics_page
from openclaw_manager.entrypoints.composition.simulation import Fault

ROOT = Path(__file__).parents[1]
PROGRAM = "openclaw-manager"
_NOT_TYPED = "openclaw_manager._refusals"  # errors that only other programs meet
_HELP_WIDTH = 100  # characters; as wide as the program itself ever makes it

EXIT_STATUSES = {
    errors.DONE: "done; of a ping: every gateway is `ok` or `degraded`",
    errors.FAILED: "failed; of `doctor`: something at home is not as it should be; of a capture: "
    "some sections did not come; of `adopt`: something was refused; of `drift` and "
    "`--exit-code`: something differs",
    errors.REFUSED_INPUT: "wrong usage or refused input",
    errors.NO_SUCH_INSTANCE: "no such instance, several that could be meant, or a removed one",
    errors.TARGET_DOWN: "a gateway that was contacted is `down` or `starting`",
    errors.TARGET_REFUSED: "a gateway that was contacted `refused` us, or has yet to approve our "
    "device; wins over 4",
    errors.STORE_AT_FAULT: (
        "the store is damaged, locked too long, out of space or out of reach; of `ping --all`: "
        "secrets of an instance are lost, which wins over 4 and 5"
    ),
    errors.INTERRUPTED: "interrupted",
}

SETTINGS = {
    "home": "the folder in which everything is kept",
    "store": "where the log is kept: `sqlite`, or an address of PostgreSQL without a password",
    "secret_store": "where secrets are kept: `file` (`secrets.db`) or `keyring`; with a log in "
    "PostgreSQL also `sealed`, which then is the default",
    "key_file": "the file of the key for sealed secrets, in the home unless the path is absolute; "
    "`OPENCLAW_MANAGER_KEY` beats it with the key itself",
    "snapshot_secrets": "whether `data.json` carries secrets: `include` or `omit`",
    "snapshots_shown": "how many snapshots of each instance `data.json` shows, the last ones",
    "timeout": "how long one ping may take in all",
    "concurrency": "how many pings run at once",
    "interval": "how often a watch pings each gateway",
    "failures": "how many pings in a row have to fail for a watch to call a gateway down",
    "successes": "how many pings in a row have to succeed for it to be up again",
    "lock_timeout": "how long to wait for other processes",
    "actor": "who is recorded as the author of events",
}

TROUBLES = {
    Trouble.OBSERVER_OFFLINE: "this machine has no network, so that failures count for nobody",
    Trouble.STORE_AT_FAULT: "what was found cannot be recorded, or the instances cannot be read",
    Trouble.CHECK_FAILED: "an instance could not be checked, for a fault in this program",
    Trouble.SECRET_MISSING: "secrets of an instance are lost, so that it is not watched",
    Trouble.LATE: "pings take longer than the time until the next is due",
    Trouble.CLOCK_SET_BACK: "the clock of this machine was set back",
}

_CONDITIONS = {
    Condition.OK: "one authenticated round trip was completed",
    Condition.STARTING: "the gateway is coming up and takes no clients yet",
    Condition.DEGRADED: "the round trip was completed, and the gateway reports a fault of its own",
    Condition.REFUSED: "something answers, and does not let us in",
    Condition.DOWN: "no gateway answers",
}

SECTIONS = {
    Section.AGENTS: "the agents, each with its workspace and its model",
    Section.CHANNELS: "the channels and their accounts, such as those of a messenger",
    Section.MODELS: "the models that can be used",
    Section.CONFIG: "the configuration",
    Section.SESSIONS: "the sessions that there are",
    Section.CRON: "the jobs that run by themselves",
    Section.SKILLS: "the skills, and which of them can be used",
    Section.NODES: "the devices that serve the gateway as nodes",
    Section.STATUS: "what the gateway says of its own state",
    Section.PRESENCE: "the gateway as others see it; who is connected is volatile",
}

CHECKS = {
    CheckId.CONFIG: "every setting can be taken",
    CheckId.HOME_FOLDER: "the folder is there, and may be read and written",
    CheckId.HOME_OWNER: "the folder is yours",
    CheckId.HOME_MODE: "nobody else may enter it (0700)",
    CheckId.FILE_MODES: "nobody else may read the files in it (0600)",
    CheckId.DISK_SPACE: "100 MB are free; less than 10 MB fails",
    CheckId.STORE: "`events.db` is there, and a log of this program",
    CheckId.STORE_INTEGRITY: "every page of it is whole",
    CheckId.STORE_WRITABLE: "it would take another event",
    CheckId.SECRET_STORE: "`secrets.db`, or the keyring, can be read",
    CheckId.DATA_JSON: "`data.json` is there, and can be read",
    CheckId.DATA_JSON_CURRENT: "it was made from the whole log",
    CheckId.INSTANCES: "every instance can be read back from its events",
    CheckId.CLOCK: "the time of this machine fits the events",
    CheckId.DUPLICATE_URL: "no two instances have the same URL",
    CheckId.SHARED_TOKEN: "which instances show the same token; never more than told",
    CheckId.DATA_JSON_ENTRIES: "the entries of `data.json` say what the log says",
    CheckId.SECRETS_RESOLVE: "each secret that the log refers to is there",
    CheckId.SECRETS_ORPHANED: "secrets that nothing refers to; never more than told",
    CheckId.DEVICE_KEY: "the device key of this home is there, if it is in use, and can be read",
    CheckId.ALERTS: "every alert in `config.toml` can be taken, and its secrets are there",
    CheckId.RESOLVE: "the host name has an address",
    CheckId.TCP: "something listens at the port",
    CheckId.TLS: "the certificate is the right one, and does not end soon",
    CheckId.HTTP_HEALTHZ: "`GET /healthz` answers in JSON that `ok` is true",
    CheckId.HTTP_READYZ: "`GET /readyz` answers in JSON that `ready` is true",
    CheckId.UPGRADE: "it takes WebSockets",
    CheckId.CHALLENGE: "it sends a challenge",
    CheckId.PROTOCOL: "it speaks what we speak",
    CheckId.CREDENTIALS: "it takes the token, or the device token",
    CheckId.PAIRING: "it knows this device",
    CheckId.SCOPES: "it lets this device read",
    CheckId.RPC: "a round trip was completed, and it says that it is well",
    CheckId.IDENTITY: "it is the gateway that was here before",
    CheckId.PLAIN_WS_TOKEN: "no token travels unencrypted to another machine",
    CheckId.DUPLICATE_GATEWAY: "no two instances are the same gateway",
}


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def code(text: object) -> str:
    """Mark a text as code."""
    return f"`{text}`"


def first_line(documented: object) -> str:
    """Take the sentence that a docstring begins with."""
    return (getdoc(documented) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")


def commands(
    command: click.Command = cli, parent: click.Context | None = None, name: str = PROGRAM
) -> Iterator[tuple[click.Command, click.Context]]:
    """Walk through all commands, each before those that it contains."""
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=_HELP_WIDTH,
        color=False,
        **command.context_settings,
    )
    yield command, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None, f"{below} is listed"
            yield from commands(found, context, below)


def command_reference() -> str:
    """Show the help of every command, under its name as it is typed."""
    return "\n\n".join(
        f"### {context.command_path}\n\n```text\n{command.get_help(context)}\n```"
        for command, context in commands()
    )


def exit_status_table() -> str:
    """List the exit statuses."""
    return table(
        ["status", "means"], [[str(number), says] for number, says in EXIT_STATUSES.items()]
    )


def error_classes(
    kind: type[OpenClawManagerError] = OpenClawManagerError,
) -> Iterator[type[OpenClawManagerError]]:
    """List all errors of this program, without those that only group others."""
    below = [
        one
        for one in kind.__subclasses__()
        if one.__module__.startswith("openclaw_manager.") and one.__module__ != _NOT_TYPED
    ]
    if kind not in (OpenClawManagerError, InvalidInput, StoreError):
        yield kind
    for one in below:
        yield from error_classes(one)


def error_table() -> str:
    """List what JSON mode calls each error, and the exit status that it leads to."""
    list(commands())  # some errors are defined where a command is, and loaded with it
    bare = [kind.__new__(kind) for kind in error_classes()]
    rows = [
        [code(errors._code(error)), str(errors._status(error)), first_line(type(error))]  # noqa: SLF001 - what users see of them
        for error in bare
    ]
    return table(["code", "exit", "says"], rows)


def events(aggregate: type[FactKeeper]) -> list[type[Fact]]:
    """List the events of an aggregate, in the order in which its source tells them."""
    nested = vars(aggregate).values()
    return [
        one
        for one in nested
        if isinstance(one, type) and issubclass(one, Fact) and "TOPIC" in vars(one)
    ]


def event_table(aggregate: type[FactKeeper]) -> str:
    """List the events of an aggregate: name, topic, what it says, what it carries."""
    envelope = set(Fact.attributes()) | {"originator_topic"}
    return table(
        ["event", "topic", "says", "carries"],
        [
            [
                code(event.__name__),
                code(get_topic(event)),
                first_line(event),
                ", ".join(code(name) for name in event.attributes() if name not in envelope),
            ]
            for event in events(aggregate)
        ],
    )


def condition_table() -> str:
    """List the conditions, and the status that other tools know each by."""
    return table(
        ["condition", "status", "means"],
        [[code(one), code(one.status), _CONDITIONS[one]] for one in Condition],
    )


def cause_table() -> str:
    """List the causes by condition, with what is said of each and what to type next."""
    rows = [
        [
            code(cause.condition),
            code(cause),
            ADVICE[cause].happened,
            code(ADVICE[cause].next.format(name="NAME")),
        ]
        for cause in Cause
    ]
    return table(["condition", "cause", "what happened", "what to run next"], rows)


def caution_table() -> str:
    """List the warnings of a ping, as they are said."""
    return table(
        ["warning", "what is said"],
        [[code(caution), CAUTIONS[caution].format(name="NAME")] for caution in Caution],
    )


def section_table() -> str:
    """List the sections of a capture."""
    return table(["section", "holds"], [[code(one), SECTIONS[one]] for one in Section])


def section_cause_table() -> str:
    """List why a section may be missing, with what is said of it and what to type next."""
    return table(
        ["cause", "what happened", "what to run next"],
        [
            [code(cause), HAPPENED[cause], code(advice.format(name="NAME")) if advice else ""]
            for cause, advice in WHAT_NEXT.items()
        ],
    )


def check_table() -> str:
    """List what the doctor checks, and what it says to type next."""
    return table(
        ["check", "what is checked", "what to run next"],
        [
            [code(check), CHECKS[check], code(NEXT[check].format(name="NAME", home="HOME"))]
            for check in CheckId
        ],
    )


def setting_table() -> str:
    """List the settings with their defaults and the environment variable that sets each."""
    defaults = (
        {"home": "~/.openclaw-manager"}
        | {
            key: str(setting.default)
            for key, setting in settings._SETTINGS.items()  # noqa: SLF001 - read, to be documented
        }
        | {"actor": "user@host"}
    )
    return table(
        ["setting", "default", "environment", "says"],
        [
            [code(key), code(default), code(f"OPENCLAW_MANAGER_{key.upper()}"), SETTINGS[key]]
            for key, default in defaults.items()
        ],
    )


def fault_table() -> str:
    """List the faults of the simulator, and which dialects can play each."""
    return table(
        ["fault", "dialects", "what it does"],
        [[code(fault), _dialects(fault), fault.description] for fault in Fault],
    )


def _dialects(fault: Fault) -> str:
    if fault.dialects == set(Dialect):
        return "all"
    return ", ".join(code(dialect) for dialect in Dialect if dialect in fault.dialects)


def metric_table() -> str:
    """List the metrics, and which of them are told without a watch."""
    known = "".join(metrics_page([_PINGED], {"": datetime.now(UTC)}))
    rows = [
        [
            code(family.metric),
            family.kind,
            ", ".join(map(code, family.labels)),
            family.unit,
            "yes" if f"# TYPE {family.metric} " in known else "",
            family.says,
        ]
        for family in Family
    ]
    return table(["metric", "type", "labels", "unit", "in the file", "says"], rows)


def trouble_table() -> str:
    """List what may be wrong with a watch."""
    return table(["trouble", "means"], [[code(one), TROUBLES[one]] for one in Trouble])


PARTS: dict[str, Callable[[], str]] = {
    "commands": command_reference,
    "exit statuses": exit_status_table,
    "errors": error_table,
    "events of an instance": lambda: event_table(Instance),
    "events of a name": lambda: event_table(NameReservation),
    "events of a snapshot": lambda: event_table(Snapshot),
    "events of a content": lambda: event_table(StoredContent),
    "conditions": condition_table,
    "causes": cause_table,
    "warnings": caution_table,
    "sections": section_table,
    "section causes": section_cause_table,
    "checks": check_table,
    "settings": setting_table,
    "metrics": metric_table,
    "troubles": trouble_table,
    "faults": fault_table,
    "verbs": api.verbs,
    "results": api.result_reference,
    "ports": api.port_reference,
}

# An instance of which everything is known.
_PINGED = {
    "id": "",
    "title": "",
    "tags": ["one"],
    "fields": {
        "url": "",
        "condition": Condition.DEGRADED,
        "cause": Cause.SLOW,
        "lastPingAt": "2026-11-24T12:00:00.000Z",
        "lastPingLatencyMs": 1.0,
        "version": "2026.9.6",
        "certificateExpiresAt": "2026-11-24T12:00:00.000Z",
    },
}

_PART = re.compile(
    r"(?P<begin><!-- generated: (?P<name>[a-z ]+) -->\n).*?(?P<end><!-- end: (?P=name) -->)",
    re.DOTALL,
)


def filled(document: str) -> str:
    """Fill in the generated parts of a document; raises ``KeyError`` for one that is none."""
    return _PART.sub(
        lambda part: f"{part['begin']}\n{PARTS[part['name']]()}\n\n{part['end']}", document
    )


def documents() -> list[Path]:
    """Find all documents."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def main(arguments: Sequence[str]) -> int:
    """Write the generated parts, or with ``--check`` tell whether they are in step."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    wanted = {path: filled(path.read_text(encoding="utf-8")) for path in documents()} | twins()
    stale = {path: new for path, new in wanted.items() if path.read_text("utf-8") != new}
    for path, text in stale.items():
        if not arguments:
            path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'out of step' if arguments else 'written'}")
    if stale and arguments:
        print("to mend that: python docs/generate.py")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
