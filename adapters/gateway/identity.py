"""What an instance can show a gateway, and who we say we are."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from openclaw_manager.domain.condition import Cause


@dataclass(frozen=True, slots=True)
class Identity:
    """What may be shown. ``sign`` signs with the device key, and is None where there is none."""

    token: str | None = field(default=None, repr=False)
    device_token: str | None = field(default=None, repr=False)
    sign: Callable[[bytes], bytes] | None = field(default=None, repr=False)

    @property
    def token_cause(self) -> Cause:
        """What is wrong when a gateway does not take the token."""
        return Cause.TOKEN_MISMATCH if self.token else Cause.TOKEN_MISSING

    @property
    def key_cause(self) -> Cause:
        """What is wrong when a gateway does not take the answer to its challenge."""
        return Cause.DEVICE_KEY_REFUSED if self.sign else Cause.DEVICE_KEY_MISSING


class Client(NamedTuple):
    """Who we say we are: a product token of the form ``name/version``."""

    user_agent: str
    platform: str = sys.platform

    @property
    def version(self) -> str:
        """The version alone."""
        return self.user_agent.rpartition("/")[2]
