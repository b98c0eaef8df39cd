"""Where the process begins: whenever Ctrl-C comes, it is heard, also while parts are imported."""

import gc
import os
import sys

_INTERRUPTED = 130  # as a shell says it of a process that Ctrl-C ended


def main() -> None:
    """Run a command; nothing is imported before an interruption of that can be told."""
    try:
        sys.unraisablehook = _unraisable
        gc.disable()  # a command is over before garbage would matter, and starts a tenth sooner
        from openclaw_manager.entrypoints.cli.main import main as run

        run()
    except BaseException as error:
        if not was_interrupted(error):
            raise
        _end()


def was_interrupted(error: BaseException | None) -> bool:
    """Whether an interruption is behind an error.

    One that falls into the making of a class, which is most of what an import does, comes out
    as a ``RuntimeError`` or ``TypeError``.
    """
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _unraisable(error: "sys.UnraisableHookArgs") -> None:
    """End where Python would show an interruption and go on, as inside its own import lock.

    The log outlives that, as it outlives a kill at any moment.
    """
    if issubclass(error.exc_type, KeyboardInterrupt):
        _end()
    sys.__unraisablehook__(error)


def _end() -> None:
    os.write(2, b"interrupted\n")
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
