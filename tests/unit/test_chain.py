"""The chain: each link follows from all that is stored of an event, and from the link before."""

from hashlib import sha256
from uuid import UUID

import pytest

from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.application.proof.chain_check import ChainCheck
from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.domain.chain import LENGTH, beginning, link

ID = UUID("0f0f6b1c-94a5-4d3e-8d0c-6a3b4e1f7c52")
START = beginning("a log")


def test_a_link_is_made_as_it_will_be_for_ever() -> None:
    """Old logs and checkpoints must hold with every version to come."""
    made = link(START, 17, ID.bytes, 3, "instance.pinged", b"{}")
    text = (
        sha256(b"openclaw-manager log a log").digest()
        + (17).to_bytes(8, "big")
        + bytes.fromhex("0f0f6b1c94a54d3e8d0c6a3b4e1f7c52")
        + (3).to_bytes(8, "big")
        + (15).to_bytes(4, "big")
        + b"instance.pinged"
        + b"{}"
    )

    assert made == sha256(text).digest()
    assert made.hex() == "5b10517e7cc329662e799bd4a119158a07711b04c330f28f8db35848c48b9a70"
    assert len(made) == LENGTH


@pytest.mark.parametrize(
    "other",
    [
        (beginning("another"), 17, ID.bytes, 3, "topic", b"{}"),
        (START, 18, ID.bytes, 3, "topic", b"{}"),
        (START, 17, bytes(16), 3, "topic", b"{}"),
        (START, 17, ID.bytes, 4, "topic", b"{}"),
        (START, 17, ID.bytes, 3, "topi", b"c{}"),
        (START, 17, ID.bytes, 3, "topic", b"{} "),
    ],
)
def test_a_link_depends_on_every_part(other: tuple[bytes, int, bytes, int, str, bytes]) -> None:
    assert link(*other) != link(START, 17, ID.bytes, 3, "topic", b"{}")


def _rows(count: int) -> list[StoredRow]:
    rows, previous = [], START
    for position in range(1, count + 1):
        state = b"%d" % position
        previous = link(previous, position, ID.bytes, position, "topic", state)
        rows.append(
            StoredRow(position, ID.hex.encode(), position, b"topic", state, previous, None, None)
        )
    return rows


def _checked(rows: list[StoredRow]) -> tuple[ChainCheck, list[Finding]]:
    check = ChainCheck(START)
    for row in rows:
        check.take(row)
    return check, check.finish()


def test_an_unbroken_chain_ends_where_the_last_row_says() -> None:
    rows = _rows(5)
    check, findings = _checked(rows)

    assert findings == []
    assert (check.position, check.head) == (5, rows[-1].chain)


def test_an_empty_chain_ends_where_it_begins() -> None:
    check, findings = _checked([])

    assert findings == []
    assert (check.position, check.head) == (0, START)


def test_what_is_gone_at_the_end_is_known_to_who_knows_the_length() -> None:
    check = ChainCheck(START)
    for row in _rows(3):
        check.take(row)
    check.miss_until(5)

    assert check.finish() == [Finding("is missing, and so is everything up to event 5", 4)]


def test_one_change_is_one_finding_and_what_follows_is_believed() -> None:
    rows = _rows(9)
    rows[3] = rows[3]._replace(state=b"something else")
    rows[6] = rows[6]._replace(chain=bytes(LENGTH))
    _, findings = _checked(rows)

    assert {finding.position for finding in findings} == {4, 7}


def test_of_very_many_that_do_not_fit_some_are_told_one_by_one() -> None:
    rows = [row._replace(state=b"nothing") for row in _rows(250)]
    _, findings = _checked(rows)

    assert len(findings) == 101
    assert findings[-1] == Finding("has more events that do not fit in the chain: 150")


def test_without_the_beginning_everything_but_the_first_row_is_still_checked() -> None:
    rows = _rows(5)
    check = ChainCheck(None)
    for row in [*rows[:2], rows[2]._replace(state=b"something else"), *rows[3:]]:
        check.take(row)

    assert [finding.position for finding in check.finish()] == [3]
