"""What is done with instances; nothing here contacts a gateway."""

from collections.abc import Iterable
from datetime import datetime
from os import PathLike

from openclaw_manager import _store as store
from openclaw_manager._async_engine import Verbs
from openclaw_manager._translation import instance_of
from openclaw_manager.application.adoption.fates import Fate
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.history_entry import HistoryEntry
from openclaw_manager.results import Instance


class Instances(Verbs):
    """Registers, changes, removes and restores instances, and tells what is known of them.

    A selector is an id, a name in whatever case, or a unique beginning of an id of four
    characters or more. Of several instances with one name, the one that is not removed is
    meant. A ``reason`` is kept in the history.
    """

    async def register(
        self,
        name: str,
        *,
        url: str,
        token: str | None = None,
        private_key: str | None = None,
        public_key: str | None = None,
        passphrase: str | None = None,
        tls_authorities: str | None = None,
        tls_fingerprint: str | None = None,
        tags: Iterable[str] = (),
        reason: str | None = None,
    ) -> Instance:
        """Make a gateway known under a name that nobody else has.

        ``private_key`` is a PEM, opened by ``passphrase`` where it is encrypted; its public
        half is derived. ``tls_authorities`` are certificates, as PEM, that may vouch for the
        gateway's; with ``tls_fingerprint``, that one certificate is taken and no other.

        Raises ``NameTaken``, and an ``InvalidInput`` for what cannot be taken.
        """
        given = GivenCredentials(token, private_key, public_key, passphrase)
        trusted = tls_authorities, tls_fingerprint
        return await self._engine.store(
            lambda parts: store.register(parts, name, url, given, trusted, tags, reason)
        )

    async def update(
        self,
        selector: str,
        *,
        url: str | None = None,
        token: str | None = None,
        private_key: str | None = None,
        public_key: str | None = None,
        passphrase: str | None = None,
        tls_authorities: str | None = None,
        tls_fingerprint: str | None = None,
        system_trust: bool = False,
        drop_token: bool = False,
        drop_key: bool = False,
        tags: Iterable[str] = (),
        untag: Iterable[str] = (),
        reason: str | None = None,
    ) -> Instance:
        """Change where a gateway is, what it is shown, who vouches for it, or its tags.

        What is not given stays as it is; ``drop_token``, ``drop_key`` and ``system_trust``
        take away what the instance has. Raises ``InstanceNotFound``, ``AmbiguousInstance``,
        ``InstanceRemoved``, and an ``InvalidInput`` for what cannot be taken.
        """
        given = GivenCredentials(token, private_key, public_key, passphrase, drop_token, drop_key)
        trusted = tls_authorities, tls_fingerprint
        return await self._engine.store(
            lambda parts: store.update(
                *(parts, selector, url, given, trusted, tags, untag, reason),
                system_trust=system_trust,
            )
        )

    async def list(
        self,
        *,
        labels: str | None = None,
        removed: bool = False,
        at: datetime | int | None = None,
    ) -> tuple[Instance, ...]:
        """List the instances in the order in which they were registered.

        ``labels`` narrows it down, as in ``"env=prod,!draining"``; with ``removed``, those
        that are removed are listed as well. ``at`` is a time, or a position in the log, and
        shows everything as it was then. Raises ``InvalidLabelSelector``, ``InvalidMoment``.
        """
        return await self._engine.store(
            lambda parts: store.instances(parts, at, labels, removed=removed)
        )

    async def get(self, selector: str, *, at: datetime | int | None = None) -> Instance:
        """Tell what is known of an instance, removed or not, or of the one that was it then.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InvalidMoment``.
        """
        return await self._engine.store(lambda parts: store.instance(parts, selector, at))

    async def rename(self, selector: str, name: str, *, reason: str | None = None) -> Instance:
        """Give an instance another name.

        Raises ``NameTaken``, ``InvalidName``, ``InstanceNotFound``, ``AmbiguousInstance``,
        ``InstanceRemoved``.
        """
        return await self._engine.store(
            lambda parts: instance_of(parts.instances().rename(selector, name, reason))
        )

    async def remove(self, selector: str, *, reason: str | None = None) -> Instance:
        """Remove an instance without forgetting it: its name is free, and its history stays.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, and the second time
        ``InstanceRemoved``.
        """
        return await self._engine.store(
            lambda parts: instance_of(parts.instances().remove(selector, reason))
        )

    async def restore(
        self, selector: str, *, name: str | None = None, reason: str | None = None
    ) -> Instance:
        """Take a removal back, under another name where one is given.

        By its name, the removed one of that name is meant. Raises ``InstanceNotRemoved``,
        ``NameTakenMeanwhile``, ``InstanceNotFound``, ``AmbiguousInstance``.
        """
        return await self._engine.store(
            lambda parts: instance_of(parts.instances().restore(selector, reason, name=name))
        )

    async def purge(self, selector: str, *, reason: str | None = None) -> Instance:
        """Erase the secrets of a removed instance for good; its history stays.

        Raises ``InstanceStillPresent``, ``InstanceNotFound``, ``AmbiguousInstance``, and
        ``ErasureUnfinished`` where the purge is recorded and has to be done again.
        """
        return await self._engine.store(lambda parts: store.purge(parts, selector, reason))

    async def history(self, selector: str, *, limit: int | None = None) -> tuple[HistoryEntry, ...]:
        """Tell what happened to an instance, removed or not, oldest first.

        With ``limit``, only the last so many. Raises ``InstanceNotFound``,
        ``AmbiguousInstance``.
        """
        return await self._engine.store(lambda parts: tuple(parts.history().of(selector, limit)))

    async def adopt(
        self, file: str | PathLike[str], *, dry_run: bool = False, reason: str | None = None
    ) -> tuple[Fate, ...]:
        """Take over the instances in a ``data.json`` that another tool wrote.

        Tells what becomes of each entry of the file, which may be that of this home. Doing it
        twice changes nothing, and with ``dry_run`` nothing is changed at all. Raises
        ``FileRefused``.
        """
        return await self._engine.store(
            lambda parts: store.adopt(parts, file, reason, dry_run=dry_run)
        )
