"""A process of its own that uses the core, and acknowledges each thing that it has done.

    python worker.py HOME register PREFIX COUNT    registers so many instances
    python worker.py HOME kill ROUNDS SEED         lets children work, and kills each of them

Every line on standard output is an acknowledgement: what it says was recorded. The first one
is ``ready``; work begins when something arrives on standard input.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).parents[1]))

from assembly import Core, core_in
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.domain.errors import NameTaken


def _acknowledge(*words: str) -> None:
    """Say it in one write, so that a kill leaves a whole line or none."""
    os.write(1, (" ".join(words) + "\n").encode())


def _register(core: Core, name: str) -> str:
    given = GivenCredentials(token=f"tok-{name}")
    return str(core.instances.register(name, "ws://127.0.0.1:1", given)["id"])


def _core(home: Path) -> Core:
    """Put the core together; where the store is and what its key is, the environment says."""
    ours = "OPENCLAW_MANAGER_"
    given = {key: value for key, value in os.environ.items() if key.startswith(ours)}
    return core_in(home, **{key.removeprefix(ours): value for key, value in given.items()})


def _register_many(home: Path, prefix: str, times: int) -> None:
    core = _core(home)
    _acknowledge("ready")
    sys.stdin.readline()
    for number in range(times):
        try:
            _acknowledge("registered", _register(core, f"{prefix}{number}"))
        except NameTaken as taken:
            _acknowledge("taken", taken.holder)


def _ping(core: Core, id_: str, *, well: bool) -> None:
    [probe] = core.probes.choose([id_])
    outcome = REACHED if well else NOBODY_LISTENS
    core.pinging.record([Finding(probe, datetime.now(UTC), outcome)])


def _work(home: Path, number: int) -> NoReturn:
    """Register, ping, remove and restore without end."""
    core = core_in(home)
    for turn in count():
        name = f"n{number}-{turn}"
        id_ = _register(core, name)
        _acknowledge("registered", id_, name)
        for well in (True, False):
            _ping(core, id_, well=well)
            _acknowledge("pinged", id_)
        core.instances.remove(id_)
        _acknowledge("removed", id_)
        core.instances.restore(id_)
        _acknowledge("restored", id_)
    raise AssertionError


def _kill(home: Path, rounds: int, seed: int) -> None:
    """Fork, which is faster than to start, and kill at a moment that chance decides."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable moment, not a key
    _acknowledge("ready")
    sys.stdin.readline()
    for number in range(rounds):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.dup2(writing, 1)
                _work(home, number)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading) as acknowledged:
            seen = list(islice(acknowledged, chance.randint(0, 8)))
            time.sleep(chance.uniform(0, 0.02))  # on into the middle of what comes next
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            assert os.WTERMSIG(status) == signal.SIGKILL, "it was to be killed, and not to fail"
            for line in [*seen, *acknowledged]:
                _acknowledge(line.rstrip("\n"))
        _check_view(home)
        _acknowledge("killed")


def _check_view(home: Path) -> None:
    """Whatever moment it was: other tools can read the file."""
    view = home / "data.json"
    if view.exists():
        document = json.loads(view.read_bytes())
        assert document.keys() == {"minions", "relations", "openclawManager"}


if __name__ == "__main__":
    if sys.argv[2] == "register":
        _register_many(Path(sys.argv[1]), sys.argv[3], int(sys.argv[4]))
    else:
        _kill(Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4]))
