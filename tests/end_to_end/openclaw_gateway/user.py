"""A user of the console script who knows one gateway, as ``real``."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from end_to_end.console import Answer, Console


@dataclass(frozen=True, slots=True)
class User:
    """Types commands, and reads what comes of them."""

    console: Console

    def register(self, url: str, token: str | None, *options: str) -> Answer:
        """Make the gateway known."""
        credentials = ["--token", "env:TOKEN"] if token else []
        return self._done(
            *("instance", "register", "real", "--url", url, *credentials, *options),
            TOKEN=token or "",
        )

    def ping(self, *options: str) -> tuple[Answer, dict[str, Any]]:
        """Ping it; the answer, and the one result in it."""
        answer = self.console.run("instance", "ping", "real", "-o", "json", *options)
        [result] = answer.json
        return answer, result

    def pair(self, *options: str) -> Answer:
        """Ask to become one of its devices, whatever comes of that."""
        return self.console.run("instance", "pair", "real", "-o", "json", *options)

    @contextmanager
    def pairing(self, *options: str) -> Iterator[Future[Answer]]:
        """Do so while something else is done."""
        with ThreadPoolExecutor(1) as beside:
            yield beside.submit(self.pair, *options)

    def unpair(self) -> None:
        """Stop being one."""
        self._done("instance", "unpair", "real")

    def trust(self, *options: str) -> Answer:
        """Pin the certificate that it presents, whatever comes of that."""
        return self.console.run("instance", "trust", "real", "-o", "json", *options)

    def change_token(self, token: str) -> None:
        """Show it another token from now on."""
        self._done("instance", "update", "real", "--token", "env:TOKEN", TOKEN=token)

    def fields(self) -> dict[str, Any]:
        """Look at what is known of it."""
        shown = self._done("instance", "show", "real", "-o", "json")
        fields: dict[str, Any] = shown.json["fields"]
        return fields

    def device_id(self) -> str:
        """Look at which device this home is."""
        device_id: str = self._done("keys", "show", "-o", "json").json["deviceId"]
        return device_id

    def _done(self, *arguments: str, **environment: str) -> Answer:
        answer = self.console.run(*arguments, **environment)
        assert answer.status == 0, answer.err
        return answer
