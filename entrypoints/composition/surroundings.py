"""What is taken from the machine where nobody says otherwise; no environment variable is read."""

import os


def this_user() -> str:
    """Tell who runs this, as ``user@host``."""
    import pwd

    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under an id that has no name
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}"


def user_agent() -> str:
    """Tell gateways who contacts them."""
    from openclaw_manager import __version__

    return f"openclaw-manager/{__version__}"
