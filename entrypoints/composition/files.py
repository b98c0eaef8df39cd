"""The files in a home: the log, and the view that is made from it."""

import os

from openclaw_manager.domain.errors import StoreDamaged

LOG = "events.db"
VIEW = "data.json"


def refuse_lost_log(home: str) -> None:
    """Raise ``StoreDamaged`` where the log is gone, and the view is all that is left of it.

    A new log would bury what the old one said.
    """
    log = os.path.join(home, LOG)
    if os.path.exists(log):
        return
    from openclaw_manager.adapters.data_json.look import look_at

    made_from = look_at(os.path.join(home, VIEW))[1]
    # Asked again, since another process may have begun both meanwhile, the log first.
    if made_from is not None and not os.path.exists(log):
        raise StoreDamaged(log, f"is missing, although {VIEW} was made from it")
