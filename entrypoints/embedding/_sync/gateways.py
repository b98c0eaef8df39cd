# Written by docs/generate.py from _async/gateways.py; change that.
"""What visits gateways."""

from collections.abc import Iterable, Sequence

from openclaw_manager import _store as store
from openclaw_manager._sync_engine import Verbs
from openclaw_manager._errands import Capture, Look, Pair, Ping, several, single
from openclaw_manager._refusals import ManagerClosed
from openclaw_manager._surveys import Discover
from openclaw_manager._watching import Watching
from openclaw_manager.application.ports.watch_observer import WatchObserver
from openclaw_manager.results import (
    CaptureResult,
    DiscoverResult,
    FleetResult,
    Instance,
    PairResult,
    PingResult,
    PresentedGateway,
    UnpairResult,
)


class Gateways(Verbs):
    """Visits gateways. What a gateway or a network does is a result, and never an error.

    ``timeout`` is in seconds and bounds one visit, ``concurrency`` how many are made at once;
    without them the settings count. All but ``discover`` raise ``InstanceNotFound``,
    ``AmbiguousInstance``, ``InstanceRemoved`` and ``SecretMissing``.
    """

    def ping(
        self, selector: str, *, timeout: float | None = None, reason: str | None = None
    ) -> PingResult:
        """Make one complete authenticated round trip, or tell why there was none; record it."""
        found = self._engine.visit(Ping(single(selector), timeout, None, reason))
        return found[0]

    def ping_all(
        self,
        selectors: Iterable[str] | None = None,
        *,
        labels: str | None = None,
        timeout: float | None = None,
        concurrency: int | None = None,
        reason: str | None = None,
    ) -> FleetResult[PingResult]:
        """Ping every instance that is not removed, or those named, or those with some labels.

        What was found is recorded at once, also when it is broken off. Raises
        ``NothingSelected``, ``InvalidLabelSelector``.
        """
        return self._engine.visit(
            Ping(several(selectors, labels), timeout, concurrency, reason)
        )

    def capture(
        self,
        selector: str,
        *,
        sections: Iterable[str] | None = None,
        timeout: float = 30.0,
        reason: str | None = None,
    ) -> CaptureResult:
        """Ask a gateway what it holds, and keep the answers as a snapshot, without secrets.

        Getting in takes at most ``timeout`` seconds, and so does each answer. ``sections``
        are names; without them all there are. Raises ``UnknownSection``.
        """
        wanted = store.sections(sections)
        found = self._engine.visit(Capture(single(selector), wanted, timeout, None, reason))
        return found[0]

    def capture_all(
        self,
        selectors: Iterable[str] | None = None,
        *,
        labels: str | None = None,
        sections: Iterable[str] | None = None,
        timeout: float = 30.0,
        concurrency: int | None = None,
        reason: str | None = None,
    ) -> FleetResult[CaptureResult]:
        """Capture every instance that is not removed, or those named, or those with some labels.

        Raises ``NothingSelected``, ``InvalidLabelSelector``, ``UnknownSection``.
        """
        wanted = store.sections(sections)
        return self._engine.visit(
            Capture(several(selectors, labels), wanted, timeout, concurrency, reason)
        )

    def watch(
        self,
        selectors: Sequence[str] = (),
        *,
        labels: str | None = None,
        observers: Sequence[WatchObserver] = (),
        interval: float | None = None,
        timeout: float | None = None,
        concurrency: int | None = None,
        failures: int | None = None,
        successes: int | None = None,
    ) -> None:
        """Ping gateways on and on, tell the observers, and send the alerts of ``config.toml``.

        Watches the instances named, or those with some labels, or all, also those that come
        meanwhile, until the manager is closed or the waiting is interrupted. Each is pinged
        every ``interval`` seconds; ``failures`` in a row mean that it is down, ``successes``
        that it is up again. Only that and summaries are recorded. There is one watch in a home.

        Raises ``AlreadyWatched``, ``InvalidAlert``, ``InvalidLabelSelector``.
        """
        limits = {
            "interval": interval,
            "timeout": timeout,
            "concurrency": concurrency,
            "failures": failures,
            "successes": successes,
        }
        watching = Watching(self._engine.aside, selectors, labels, limits, observers)
        try:
            self._engine.visit(watching)
        except ManagerClosed:
            if not watching.begun:
                raise

    def pair(
        self,
        selector: str,
        *,
        scopes: Sequence[str] = ("operator.read",),
        wait: float = 0.0,
        timeout: float | None = None,
        reason: str | None = None,
    ) -> PairResult:
        """Become a device that the gateway knows: the one verb that changes a gateway.

        Where a person has to approve that on its host, it is asked again for ``wait`` seconds.
        """
        return self._engine.visit(Pair(selector, scopes, wait, timeout, reason))

    def unpair(self, selector: str, *, reason: str | None = None) -> UnpairResult:
        """Stop being a device of a gateway, not contacting it; raises ``InstanceNotPaired``."""
        return self._engine.store(lambda parts: store.unpair(parts, selector, reason))

    def presented(self, selector: str, *, timeout: float | None = None) -> PresentedGateway:
        """See by what a gateway can be known: its certificate, and the id that it gives itself.

        Nothing is recorded, and nothing secret is shown to a certificate that is not trusted.
        """
        return self._engine.visit(Look(selector, timeout))

    def trust(
        self,
        selector: str,
        *,
        fingerprint: str | None = None,
        gateway_id: str | None = None,
        reason: str | None = None,
    ) -> Instance:
        """Pin a certificate, and expect a gateway of that id, from now on.

        Somebody should have compared what is ``presented`` with what its host shows. What is
        None stays as it is. Raises ``InvalidFingerprint``.
        """
        return self._engine.store(
            lambda parts: store.trust(parts, selector, fingerprint, gateway_id, reason)
        )

    def discover(
        self, *, interfaces: Sequence[str] = (), timeout: float = 3.0
    ) -> DiscoverResult:
        """Look for gateways: announced in the local network, in OpenClaw's profiles, at its port.

        Listens for ``timeout`` seconds on the interfaces with these addresses, by default on
        all. The profiles are those in the home of this user. No gateway is spoken to.
        """
        return self._engine.visit(Discover(interfaces, timeout))
