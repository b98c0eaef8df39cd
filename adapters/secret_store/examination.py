"""The examinations of where secrets are kept; none of them reads a secret."""

from collections.abc import Iterator

from openclaw_manager.adapters.secret_store.keyring import KeyringSecretStore
from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.errors import StoreDamaged

_NOBODY_HAS_THIS = "openclaw-manager/doctor"


class SqliteSecretExamination(SqliteSecretStore):
    """Examines ``secrets.db``, and lists the references of what it holds."""

    ids = (CheckId.SECRET_STORE,)
    needs = frozenset({CheckId.CONFIG, CheckId.HOME_FOLDER})

    def examine(self) -> Iterator[Check]:
        """Open it and read all its pages."""
        if not self._exists():
            yield Check(CheckId.SECRET_STORE, Verdict.OK, "no secret was ever kept here")
            return
        kept = len(self.references())
        with self._open() as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != b"ok":
            raise StoreDamaged(self._path, "is damaged: its pages do not fit together")
        yield Check(CheckId.SECRET_STORE, Verdict.OK, f"{kept} secret{'' if kept == 1 else 's'}")

    def references(self) -> list[str]:
        """List the references of all secrets."""
        if not self._exists():
            return []
        with self._open() as connection, connection:
            connection.execute("BEGIN")
            if not self._has_tables(connection):
                return []
            rows = connection.execute("SELECT ref FROM secrets").fetchall()
        return [ref.decode(errors="replace") for (ref,) in rows]


class KeyringExamination(KeyringSecretStore):
    """Examines the keyring, which tells nobody what it holds."""

    ids = (CheckId.SECRET_STORE,)
    needs = frozenset({CheckId.CONFIG})

    def examine(self) -> Iterator[Check]:
        """Ask for a secret that is not there."""
        self.get([_NOBODY_HAS_THIS])
        yield Check(CheckId.SECRET_STORE, Verdict.OK, "the keyring answers")

    def references(self) -> None:
        """Keyrings cannot be listed."""
