"""``doctor``: whether the home is as it should be, and each gateway, layer by layer."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import InstanceNotFound
from openclaw_manager.entrypoints.cli.errors import (
    DONE,
    FAILED,
    STORE_AT_FAULT,
    TARGET_DOWN,
    TARGET_REFUSED,
)
from openclaw_manager.entrypoints.cli.given import DURATION, INSTANCE
from openclaw_manager.entrypoints.cli.instance.details import milliseconds
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.remedies import next_command, said
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from openclaw_manager.entrypoints.composition.container import Container

_COLORS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red"}
_STORE = frozenset(
    {
        CheckId.STORE,
        CheckId.STORE_INTEGRITY,
        CheckId.STORE_WRITABLE,
        CheckId.SECRET_STORE,
        CheckId.INSTANCES,
    }
)


@click.command
@click.argument("instance", type=INSTANCE, required=False)
@click.option("--fix", is_flag=True, help="Mend what can be mended without a loss, and say so.")
@click.option(
    "--timeout", type=DURATION, help="How long one ping may take in all.  [default: the setting]"
)
@output_options
@click.pass_context
def doctor(
    ctx: click.Context, instance: str | None, fix: bool, timeout: float | None, output: str
) -> None:
    """Check the home, and each gateway layer by layer; with INSTANCE, only that gateway.

    Nothing is changed or recorded. With --fix, the modes of the folder and its files are set,
    and data.json is made anew where it is missing, damaged or behind.

    Exit status: 0 all is well, or there are only warnings; 6 the store is damaged; 1 another
    check of the home failed; 5 a gateway refused us; 4 a gateway is down.
    """
    session().flag("timeout", timeout)
    container, problem = session().checkup_container()
    home = container.settings().home
    checks, fixed = _examine_home(container, _config(problem), fix=fix)
    checks += _examine_gateways(container, checks, instance)
    document: dict[str, Any] = {
        "checks": [_document(check, home) for check in checks],
        "summary": _summary(checks),
    }
    if fix:
        document["fixed"] = fixed
    names = [check.id for check in checks if check.verdict is Verdict.FAILED]
    write(document, output, names=names, table=lambda: _table(checks, home))
    ctx.exit(_status(checks))


def _config(problem: Exception | None) -> Check:
    if problem is not None:
        return Check(CheckId.CONFIG, Verdict.FAILED, f"{problem}; the defaults are taken here")
    return Check(CheckId.CONFIG, Verdict.OK, "every setting can be taken")


def _examine_home(
    container: "Container", config: Check, *, fix: bool
) -> tuple[list[Check], list[str]]:
    """Examine the home, and once more if something was mended."""
    checkup = container.home_checkup()
    checks = checkup.examine(config)
    fixed = checkup.mend(checks) if fix else []
    for sentence in fixed:
        click.echo(sentence, err=True)
    return (checkup.examine(config) if fixed else checks), fixed


def _examine_gateways(
    container: "Container", before: Sequence[Check], selector: str | None
) -> list[Check]:
    """Look at the gateways, where the log can tell which there are."""
    verdicts = {check.id: check.verdict for check in before}
    if verdicts[CheckId.INSTANCES] is not Verdict.OK:
        nothing_recorded = Verdict.FAILED not in {verdicts[id_] for id_ in _STORE}
        if selector is not None and nothing_recorded:
            raise InstanceNotFound(selector)
        return []
    from openclaw_manager.application.checkup.gateways import broken_at_home

    checkup = container.gateway_checkup()
    settings = container.settings()
    return asyncio.run(
        checkup.examine(
            checkup.choose(selector),
            timeout=settings.timeout,
            concurrency=settings.concurrency,
            broken=broken_at_home(verdicts),
        )
    )


def _document(check: Check, home: str) -> dict[str, Any]:
    return {
        "id": check.id,
        "subject": check.subject,
        "status": check.verdict,
        "ms": check.ms,
        "message": said(check),
        "next": next_command(check, home),
    }


def _summary(checks: Sequence[Check]) -> dict[str, int]:
    counted = Counter(check.verdict for check in checks)
    return {verdict.value: counted[verdict] for verdict in Verdict}


def _table(checks: Sequence[Check], home: str) -> str:
    """Lay out the checks, then what to do, then how many came out how."""
    rows = rows_table(("SUBJECT", "CHECK", "STATUS", "TIME", "FOUND"), map(_row, checks))
    commands = [(check, command) for check in checks if (command := next_command(check, home))]
    remedies = [f"{check.subject} {check.id}: {command}" for check, command in commands]
    counted = ", ".join(f"{number} {verdict}" for verdict, number in _summary(checks).items())
    return "\n".join(
        [rows, "", *(["next:", *(f"  {it}" for it in remedies), ""] if remedies else []), counted]
    )


def _row(check: Check) -> tuple[str, ...]:
    return (
        check.subject,
        check.id,
        click.style(check.verdict, fg=_COLORS.get(check.verdict)),
        milliseconds(check.ms) or "",
        said(check),
    )


def _status(checks: Sequence[Check]) -> int:
    """Tell the exit status; a fault of ours weighs more than one of a gateway."""
    failed = [check for check in checks if check.verdict is Verdict.FAILED]
    if not failed:
        return DONE
    if any(check.id in _STORE for check in failed):
        return STORE_AT_FAULT
    causes = [check.code for check in failed if isinstance(check.code, Cause)]
    if len(causes) < len(failed):
        return FAILED
    refused = any(cause.condition is Condition.REFUSED for cause in causes)
    return TARGET_REFUSED if refused else TARGET_DOWN
