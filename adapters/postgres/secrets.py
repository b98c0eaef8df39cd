"""Secrets in PostgreSQL, sealed: the server, its backups and its owner never see one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg.errors import UniqueViolation

from openclaw_manager.adapters.postgres.connections import Connections, Link
from openclaw_manager.adapters.postgres.errors import passes, store_error
from openclaw_manager.adapters.postgres.layout import SCHEMA
from openclaw_manager.adapters.postgres.seal import Seal
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.errors import SecretsSealed, StoreDamaged

_LOG_ID = f"SELECT id FROM {SCHEMA}.log"
_CHECK = f"SELECT key_check FROM {SCHEMA}.secret_key"
_LOCKED_CHECK = f"{_CHECK} FOR SHARE"
_FIRST_CHECK = f"INSERT INTO {SCHEMA}.secret_key (key_check) VALUES (%s) ON CONFLICT DO NOTHING"
_OTHER_CHECK = f"UPDATE {SCHEMA}.secret_key SET key_check = %s"
_PUT = f"INSERT INTO {SCHEMA}.secrets (ref, sealed) SELECT * FROM unnest(%s::text[], %b::bytea[])"
_GET = f"SELECT ref, sealed, ({_CHECK}) FROM {SCHEMA}.secrets WHERE ref = ANY(%s)"
_ALL = f"SELECT ref, sealed FROM {SCHEMA}.secrets"
_REFS = f"SELECT ref FROM {SCHEMA}.secrets ORDER BY ref"
_ERASE = f"DELETE FROM {SCHEMA}.secrets WHERE ref = ANY(%s)"
_RESEAL = f"""
UPDATE {SCHEMA}.secrets AS kept SET sealed = fresh.sealed
FROM unnest(%s::text[], %b::bytea[]) AS fresh (ref, sealed) WHERE kept.ref = fresh.ref
"""
_ALONE = f"LOCK TABLE {SCHEMA}.secrets, {SCHEMA}.secret_key IN SHARE ROW EXCLUSIVE MODE"


class SealedSecretStore:
    """Keeps secrets sealed with a key that only those who share the store have.

    ``key`` gives it, when it is first needed, or raises a ``StoreError``.
    """

    ids = (CheckId.SECRET_STORE,)
    needs = frozenset({CheckId.CONFIG, CheckId.STORE})

    def __init__(self, connections: Connections, key: Callable[[], str]) -> None:
        self._connections = connections
        self._key = key

    def put(self, secrets: Mapping[str, str]) -> None:
        """Keep all of these or none; raises ``ValueError`` for a reference already in use."""
        if not secrets:
            return
        seal = self._seal()
        refs = list(secrets)
        sealed = [seal.seal(secret, ref) for ref, secret in secrets.items()]
        try:
            self._change(seal, lambda link: link.execute(_PUT, (refs, sealed)))
        except UniqueViolation as error:  # unless it was we, before the connection was lost
            if self.get(secrets) != dict(secrets):
                raise ValueError("a reference to a secret is used for a second one") from error

    def get(self, refs: Iterable[str]) -> dict[str, str]:
        """Look up many at once; without a secret there no key is needed."""
        wanted = list(refs)
        rows = self._read(_GET, (wanted,)) if wanted else []
        if not rows:
            return {}
        seal = self._seal()
        self._refuse_other_key(seal, [row[2:] for row in rows if row[2] is not None])
        return {ref: self._opened(seal, ref, sealed) for ref, sealed, _ in rows}

    def erase(self, refs: Iterable[str]) -> None:
        """Forget these. The bytes that are left in pages and backups are sealed."""
        gone = list(refs)
        try:
            if gone:
                self._retried(lambda link: link.execute(_ERASE, (gone,)))
        except psycopg.Error as error:
            raise store_error(self._connections.place, error) from error

    def reseal(self, new_key: str) -> int:
        """Seal everything with another key, all or nothing; tells how many secrets there are.

        Whoever has only the old key is refused from then on.
        """
        old, new = self._seal(), self._seal_with(new_key)
        try:
            with self._connections.one() as link, link.transaction():
                link.execute(_ALONE)
                self._refuse_other_key(old, link.execute(_CHECK, binary=True).fetchall())
                rows = link.execute(_ALL, binary=True).fetchall()
                fresh = [new.seal(self._opened(old, ref, sealed), ref) for ref, sealed in rows]
                link.execute(_RESEAL, ([ref for ref, _ in rows], fresh))
                link.execute(_FIRST_CHECK, (new.check(),))
                link.execute(_OTHER_CHECK, (new.check(),))
        except psycopg.Error as error:
            raise store_error(self._connections.place, error) from error
        return len(rows)

    def examine(self) -> Iterator[Check]:
        """See whether our key is the one that it was sealed with."""
        kept = len(self.references())
        check = self._read(_CHECK)
        if not check:
            yield Check(CheckId.SECRET_STORE, Verdict.OK, "no secret was ever kept there")
            return
        self._refuse_other_key(self._seal(), check)
        found = f"{kept} sealed secret{'' if kept == 1 else 's'}, and our key opens them"
        yield Check(CheckId.SECRET_STORE, Verdict.OK, found)

    def references(self) -> list[str]:
        """List the references of all secrets."""
        return [ref for (ref,) in self._read(_REFS)]

    def _seal(self) -> Seal:
        return self._seal_with(self._key())

    def _seal_with(self, key: str) -> Seal:
        rows = self._read(_LOG_ID)
        if not rows:
            raise StoreDamaged(self._connections.place, "has lost its id")
        try:
            return Seal(key, rows[0][0])
        except ValueError as problem:
            raise SecretsSealed("the key for the secrets", str(problem)) from None

    def _change(self, seal: Seal, change: Callable[[Link], Any]) -> None:
        """Change something with the key that all others have, and be the first to have one."""

        def work(link: Link) -> None:
            with link.transaction():
                link.execute(_FIRST_CHECK, (seal.check(),))
                self._refuse_other_key(seal, link.execute(_LOCKED_CHECK, binary=True).fetchall())
                change(link)

        try:
            self._retried(work)
        except UniqueViolation:
            raise
        except psycopg.Error as error:
            raise store_error(self._connections.place, error) from error

    def _retried(self, work: Callable[[Link], Any]) -> None:
        """Do what does no harm when it is done twice, again where the connection was lost."""
        pauses = self._connections.pauses()
        while True:
            try:
                with self._connections.one() as link:
                    work(link)
                    return
            except psycopg.Error as error:
                if not (passes(error) and next(pauses, False)):
                    raise

    def _refuse_other_key(self, seal: Seal, check: Sequence[Any]) -> None:
        if not check:
            raise StoreDamaged(self._connections.place, "has lost what its key is told by")
        if not seal.fits(check[0][0]):
            raise SecretsSealed(self._connections.place, "its secrets are sealed with another key")

    def _opened(self, seal: Seal, ref: str, sealed: bytes) -> str:
        try:
            return seal.open(sealed, ref)
        except ValueError as error:
            raise StoreDamaged(
                self._connections.place, "is damaged: a secret was changed"
            ) from error

    def _read(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self._connections.read(
            lambda link: link.execute(statement, parameters, binary=True).fetchall()
        )
