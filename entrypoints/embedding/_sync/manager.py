# Written by docs/generate.py from _async/manager.py; change that.
"""The manager, as a host has it."""

from collections.abc import Mapping
from os import PathLike
from types import TracebackType
from typing import Literal, Self

from openclaw_manager._sync.gateways import Gateways
from openclaw_manager._sync.home import Home
from openclaw_manager._sync.instances import Instances
from openclaw_manager._sync.log import Log
from openclaw_manager._sync.snapshots import Snapshots
from openclaw_manager._sync_engine import Engine
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.device_keys import DeviceKeys
from openclaw_manager.application.ports.gateway_link import GatewayLink
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.entrypoints.composition.embedded import Embedding, HostParts


class Manager(Instances, Gateways, Snapshots, Log, Home):
    """Knows your OpenClaw gateways; a context manager.

    Everything that the command line can do, with the same verbs. It may be used by any number
    of threads at once, and any number of managers may be open at once, in one
    process or in several, on one home or on several: they know nothing of each other.

    Every verb raises an ``OpenClawManagerError`` where it refuses or fails, a ``StoreError``
    among them where the store is at fault, and ``ManagerClosed`` after the end.
    """

    @classmethod
    def open(
        cls,
        home: str | PathLike[str] | None = None,
        *,
        store: str | None = None,
        actor: str | None = None,
        timeout: float | None = None,
        concurrency: int | None = None,
        lock_timeout: float | None = None,
        secret_store: Literal["file", "keyring", "sealed"] | None = None,
        key_file: str | None = None,
        snapshot_secrets: Literal["include", "omit"] | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: SecretStore | None = None,
        keys: DeviceKeys | None = None,
        clock: Clock | None = None,
        link: GatewayLink | None = None,
    ) -> Self:
        """Open a manager on a folder, by default ``~/.openclaw-manager``.

        Up to ``environment``, the arguments are settings; what is not given comes from
        ``config.toml`` in the home, or is the default. No environment is read, unless one is
        handed over: ``environment=os.environ`` heeds ``OPENCLAW_MANAGER_*``. ``actor`` is who
        is recorded as having done something.

        The rest are parts of the host that take the place of ours: where secrets are kept,
        what signs, what tells the time, and what reaches gateways.

        Nothing is made or opened before it is needed. Raises ``InvalidSetting``, if not here
        then from the first verb.
        """
        arguments = {
            "home": home,
            "store": store,
            "actor": actor,
            "timeout": timeout,
            "concurrency": concurrency,
            "lock_timeout": lock_timeout,
            "secret_store": secret_store,
            "key_file": key_file,
            "snapshot_secrets": snapshot_secrets,
        }
        parts = HostParts(secrets, keys, clock, link)
        return cls(Engine(Embedding(arguments, environment or {}, parts)))

    def close(self) -> None:
        """Break off what is under way, record what that found, and leave nothing running."""
        self._engine.close()

    def __enter__(self) -> Self:
        """Make sure that the settings can be taken."""
        self._engine.store(lambda _parts: None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()
