"""What those who ask for metrics are answered."""

from http import HTTPStatus

import pytest

from openclaw_manager.adapters.metrics.http_request import TOO_MANY, answer_to

_HEADERS = b"Host: 127.0.0.1:9464\r\nAccept: text/plain\r\n\r\n"


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /metrics HTTP/1.1", HTTPStatus.OK),
        (b"GET /metrics?name[]=x HTTP/1.1", HTTPStatus.OK),
        (b"HEAD /metrics HTTP/1.1", HTTPStatus.OK),
        (b"GET /-/healthy HTTP/1.1", HTTPStatus.OK),
        (b"GET / HTTP/1.1", HTTPStatus.NOT_FOUND),
        (b"GET /metrics/ HTTP/1.1", HTTPStatus.NOT_FOUND),
        (b"GET /\xff\xfe HTTP/1.1", HTTPStatus.NOT_FOUND),
        (b"POST /metrics HTTP/1.1", HTTPStatus.METHOD_NOT_ALLOWED),
        (b"DELETE / HTTP/1.1", HTTPStatus.METHOD_NOT_ALLOWED),
        (b"GET /metrics HTTP/2.0", HTTPStatus.BAD_REQUEST),
        (b"GET /metrics", HTTPStatus.BAD_REQUEST),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", HTTPStatus.BAD_REQUEST),
        (b"", HTTPStatus.BAD_REQUEST),
    ],
)
def test_a_request_is_answered_by_its_first_line(line: bytes, status: HTTPStatus) -> None:
    assert answer_to(line + b"\r\n" + _HEADERS).status is status


def test_metrics_are_of_the_format_that_they_are_said_to_be() -> None:
    head = answer_to(b"GET /metrics HTTP/1.1\r\n\r\n").head().decode()

    assert "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n" in head
    assert "Transfer-Encoding: chunked\r\n" in head


def test_a_client_of_http_1_0_gets_no_chunks() -> None:
    answer = answer_to(b"GET /metrics HTTP/1.0\r\n\r\n")

    assert answer.metrics
    assert b"chunked" not in answer.head()


def test_who_wants_to_write_is_told_what_can_be_done() -> None:
    assert b"Allow: GET, HEAD\r\n" in answer_to(b"PUT /metrics HTTP/1.1\r\n\r\n").head()


def test_an_answer_tells_how_long_it_is() -> None:
    assert f"Content-Length: {len(TOO_MANY.text)}\r\n".encode() in TOO_MANY.head()
