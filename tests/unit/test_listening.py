"""Where people say that a command should listen, and why it cannot."""

import errno
import os

import click
import pytest

from openclaw_manager.entrypoints.cli.listening import LISTEN_ADDRESS, ListenAddress, why_not


@pytest.mark.parametrize(
    ("given", "host", "port"),
    [
        ("9464", "127.0.0.1", 9464),
        (":9464", "127.0.0.1", 9464),
        ("0", "127.0.0.1", 0),
        ("localhost:9464", "localhost", 9464),
        ("[::1]:9464", "::1", 9464),
        ("192.0.2.1:65535", "192.0.2.1", 65535),
    ],
)
def test_an_address_is_a_host_and_a_port_or_a_port_alone(given: str, host: str, port: int) -> None:
    assert LISTEN_ADDRESS.convert(given, None, None) == ListenAddress(host, port)


@pytest.mark.parametrize(
    "given", ["", "localhost", "localhost:", "::1:9464", "1:65536", "1:-1", "1:٣", "a:b:1", "[::1]"]
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(click.BadParameter):
        LISTEN_ADDRESS.convert(given, None, None)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EADDRINUSE, "port 9464 of localhost is in use; --metrics 0 takes a free one"),
        (errno.EACCES, "port 9464 of localhost is not ours to take; --metrics 0 takes a free one"),
        (errno.EADDRNOTAVAIL, "localhost is no address of this machine"),
        (errno.EMFILE, "cannot listen on port 9464 of localhost: Too many open files"),
    ],
)
def test_why_nobody_can_listen_is_one_sentence(number: int, said: str) -> None:
    error = OSError(number, os.strerror(number))

    assert why_not(error, "localhost", 9464, free="--metrics 0") == said
