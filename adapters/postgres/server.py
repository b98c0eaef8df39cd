"""Which PostgreSQL is meant, and how it is spoken of where nobody may learn a password."""

import math
import os
import pwd
from collections.abc import Mapping
from typing import NamedTuple

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from openclaw_manager.domain.errors import StoreUnavailable

# So that a server which is gone without a word is found out in seconds, and not in hours. The
# system probes only where nothing of ours is on its way; the last is for what is (milliseconds).
_WATCHED = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
# What decides where we connect, and as whom, comes from what we are given and from nowhere else.
_DECISIVE = ("host", "hostaddr", "dbname", "password", "passfile", "options")


class Server(NamedTuple):
    """One database: ``parameters`` are those of libpq, and ``place`` is what people are told."""

    parameters: "_Unshown"
    place: str

    @property
    def user(self) -> str:
        """The role that we connect as."""
        return self.parameters["user"]


class _Unshown(dict[str, str]):
    """What may hold a password, and is not shown."""

    def __repr__(self) -> str:
        return "…"


def server_at(
    conninfo: str, environment: Mapping[str, str], *, patience: float, password: str | None = None
) -> Server:
    """Read a URI or a line of ``key=value``, as libpq takes them.

    ``environment`` are the variables of libpq (``PGPASSWORD`` and so on): libpq itself would
    read those of the process, which are nobody's business where the program is embedded.
    ``patience`` is how many seconds a connection may take. Raises ``StoreUnavailable``.
    """
    try:
        given = {key: str(value) for key, value in conninfo_to_dict(conninfo).items()}
    except psycopg.Error as error:
        problem = f"is no address of a database: {_line(error)}"
        raise StoreUnavailable("the setting store", problem) from None
    parameters = _Unshown(
        _defaults(environment)
        | _WATCHED
        | {"connect_timeout": str(math.ceil(patience)), "user": _user(environment)}
        | {"fallback_application_name": "openclaw-manager"}
        | given
        | {"client_encoding": "utf8"}
    )
    if password is not None and not parameters["password"]:
        parameters["password"] = password
    return Server(parameters, _place(parameters))


def _defaults(environment: Mapping[str, str]) -> dict[str, str]:
    """Take what libpq would take by itself from the environment of the process."""
    found = dict.fromkeys(_DECISIVE, "")
    for option in Conninfo.get_defaults():
        name = option.keyword.decode()
        variable = option.envvar and option.envvar.decode()
        if variable and variable in environment:
            found[name] = environment[variable]
        elif variable and option.compiled and name not in found:
            found[name] = option.compiled.decode()
    return found


def _user(environment: Mapping[str, str]) -> str:
    if "PGUSER" in environment:
        return environment["PGUSER"]
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run under an id that has no name
        return str(os.geteuid())


def _place(parameters: Mapping[str, str]) -> str:
    host = parameters["host"] or parameters["hostaddr"] or "localhost"
    database = parameters["dbname"] or parameters["user"]
    where = "" if host.startswith("/") else f":{parameters['port']}"
    return f"PostgreSQL database {database!r} on {host}{where}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
