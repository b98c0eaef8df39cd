"""Lines for a reader who may be slow, gone, or out of room: nobody waits for them."""

import os
from collections.abc import Iterator
from threading import Event

import pytest

from openclaw_manager.entrypoints.cli.watching.outlet import Outlet

AMPLE = 30.0  # seconds


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_all_is_written_in_order_before_it_is_closed(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    outlet = Outlet(writing, lambda: None)
    for number in range(1000):
        outlet.write(f"{number} ü")
    outlet.close(AMPLE)
    assert os.read(reading, 65536).decode() == "".join(f"{number} ü\n" for number in range(1000))


def test_a_reader_that_stands_still_keeps_nobody_waiting(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    outlet = Outlet(writing, lambda: None)
    for _ in range(50_000):
        outlet.write("x" * 100)
    outlet.close(0.0)
    os.set_blocking(reading, False)
    assert os.read(reading, 101) == b"x" * 100 + b"\n"


def test_a_reader_that_is_gone_is_told_once() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    gone = Event()
    outlet = Outlet(writing, gone.set)
    outlet.write("x")
    assert gone.wait(AMPLE)
    outlet.write("y")
    outlet.close(AMPLE)
    os.close(writing)


def test_a_disk_that_is_full_costs_the_lines_and_nothing_else() -> None:
    """As long as it is: what comes later is tried again."""
    full = os.open("/dev/full", os.O_WRONLY)
    gone = Event()
    outlet = Outlet(full, gone.set)
    for _ in range(10):
        outlet.write("x")
    outlet.close(AMPLE)
    assert not gone.is_set()
    os.close(full)
