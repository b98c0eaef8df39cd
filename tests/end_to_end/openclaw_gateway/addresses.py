"""An address by which this machine reaches itself as another machine would."""

import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SIOCGIFADDR = 0x8915  # of Linux: the IPv4 address of an interface
_FOR_DOCUMENTATION = "198.51.100.7"  # of TEST-NET-2, which is nobody's


@contextmanager
def own_address() -> Iterator[str]:
    """Lend an IPv4 address of this machine that is not loopback.

    A machine without a network gets one for the time being, which only root can give it.
    """
    address = next(_addresses(), None)
    if address is not None:
        yield address
        return
    assert os.geteuid() == 0, "there is no address but loopback, and only root can add one"
    _change("add")
    try:
        yield _FOR_DOCUMENTATION
    finally:
        _change("del")


def _addresses() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
        for _, name in socket.if_nameindex():
            asked = struct.pack("256s", name.encode())
            with suppress(OSError):  # it has none
                address = socket.inet_ntoa(fcntl.ioctl(anything, _SIOCGIFADDR, asked)[20:24])
                if not address.startswith("127."):
                    yield address


def _change(what: str) -> None:
    subprocess.run(
        ["ip", "address", what, f"{_FOR_DOCUMENTATION}/32", "dev", "lo"],
        check=True,
        stdin=subprocess.DEVNULL,
    )
