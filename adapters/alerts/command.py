"""Alerts as programs that are run."""

import asyncio
import json
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from openclaw_manager.application.ports.alert_channel import AlertMessage, Undelivered

_TO_END = 0.3  # seconds that a program has, once it was told to
_VARIABLES = "OPENCLAW_ALERT_"


class CommandChannel:
    """Runs a program for each message, in a session of its own.

    It gets the message as one line of JSON on standard input and in ``OPENCLAW_ALERT_...``
    beside the variables of this process; what it prints goes nowhere. One that takes too long
    is ended, with all that it started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    async def send(self, message: AlertMessage, *, timeout: float) -> Undelivered | None:
        """Run it, and wait for its end; see the port."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=DEVNULL,
                env=os.environ | _variables(message),
                start_new_session=True,
            )
        except OSError as error:
            problem = f"the command could not be run: {error.strerror}"
            return Undelivered(problem, may_pass=False)
        try:
            async with asyncio.timeout(timeout):
                await process.communicate(_line(message))
        except TimeoutError:
            problem = f"the command did not end within {timeout:g} s, and was ended"
            return Undelivered(problem, may_pass=True)
        finally:
            await _end(process)
        return _judged(process.returncode)


async def _end(process: Process) -> None:
    """End a program that still runs, and what it started: first with a word, then by force."""
    if process.returncode is not None:
        return
    _signal(process, signal.SIGTERM)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(_TO_END):
                await process.wait()
    finally:  # also where the watch ends meanwhile
        _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left, or it is another's
        os.killpg(process.pid, number)


def _judged(status: int | None) -> Undelivered | None:
    if status == 0:
        return None
    if status is not None and status < 0:
        return Undelivered(f"the command was ended by {_named(-status)}", may_pass=True)
    return Undelivered(f"the command ended with exit status {status}", may_pass=True)


def _named(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _variables(message: AlertMessage) -> dict[str, str]:
    """Name them as variables are: ``durationSeconds`` is ``OPENCLAW_ALERT_DURATION_SECONDS``."""
    return {
        _VARIABLES + re.sub("(?=[A-Z])", "_", name).upper(): word
        for name, word in message.words().items()
    }


def _line(message: AlertMessage) -> bytes:
    return json.dumps(message.document(), ensure_ascii=False).encode() + b"\n"
