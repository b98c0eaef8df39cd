"""Registers instances as fast as it can: ``registering.py HOME NAME COUNT``.

Says that it is ready, waits for a line on standard input, and prints each name once the
instance is registered.
"""

import sys
from pathlib import Path

from homes import open_home

from openclaw_manager.application.credentials import GivenCredentials


def main() -> None:
    """Do that."""
    home, name, count = sys.argv[1:]
    instances = open_home(Path(home)).instances()
    given = GivenCredentials()
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(count)):
        instances.register(f"{name}-{number}", "ws://127.0.0.1:18789", given)
        print(f"{name}-{number}", flush=True)


if __name__ == "__main__":
    main()
