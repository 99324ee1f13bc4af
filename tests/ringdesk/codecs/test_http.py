"""Requests as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.codecs import http
from ringdesk.codecs.http import Request
from ringdesk.errors import BadInput

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def test_a_captured_request() -> None:
    found = http.parse(
        b"POST /hook/x?site=a HTTP/1.1\r\nHost: pop.tw\r\nX-Sig:  v0=1 \r\nContent-Length: 2\r\n\r\n{}\r\n"
    )
    assert (found.method, found.url, found.body) == ("POST", "https://pop.tw/hook/x?site=a", b"{}")
    assert (found.header("x-sig"), found.header("none"), found.json) == ("v0=1", "", {})


def test_a_captured_request_with_bare_line_feeds_and_the_public_address() -> None:
    found = http.parse(b"GET /x?From=1 HTTP/1.1\nHost: inner\n\n", url="https://pop.tw/hook/x")
    assert (found.url, found.query) == ("https://pop.tw/hook/x?From=1", (("From", "1"),))
    whole = http.parse(b"GET /x?From=1 HTTP/1.1\n\n", url="https://pop.tw/hook/x?From=1")
    assert whole.url == "https://pop.tw/hook/x?From=1"


@pytest.mark.parametrize("data", [b"", b"RING\r\n", b"POST /\r\n\r\n", b"GET / HTTP/1.1\r\nnonsense\r\n\r\n"])
def test_what_is_no_request(data: bytes) -> None:
    with pytest.raises(BadInput, match="HTTP"):
        http.parse(data)


def test_forms() -> None:
    def form(body: bytes, kind: str = FORM) -> http.Fields | None:
        return Request(method="POST", url="https://x/", headers=(("content-type", kind),), body=body).form

    assert form(b"a=1&a=%E9%99%B3&b=") == (("a", "1"), ("a", "陳"), ("b", ""))
    assert form(b"a=1", "application/json") is None
    assert form(b"a=%B3%AF") is None, "no UTF-8"
    assert form(b"&".join(b"a=%d" % each for each in range(http.MOST_FIELDS + 1))) is None
    assert http.first((("a", "1"), ("a", "2")), "a") == "1"
    assert http.first(None, "a") == ""


def test_objects() -> None:
    assert http.json_object(b'{"a": {"b": 7}}') == {"a": {"b": 7}}
    assert http.json_object(b'{"a": "' + b"x" * http.LARGEST_BODY + b'"}') is None
    for data in (b"[]", b"7", b"{", b"\xff", b'{"a":' * 40 + b"1" + b"}" * 40, b"[" * 100_000):
        assert http.json_object(data) is None
    given_one = {"a": {"b": 7, "c": True, "d": "x"}}
    assert [http.text_of(given_one, "a", each) for each in "bcde"] == ["7", "", "x", ""]
    assert http.text_of(given_one, "a", "d", "e") == ""


def test_addresses() -> None:
    def at(url: str) -> Request:
        return Request(method="GET", url=url)

    assert at("https://pop.tw/hook/a%2Fb?x=/#y").path == ("hook", "a%2Fb")
    assert (at("https://[").path, at("").path, at("https://[?a=1#b").query) == ((), (), (("a", "1"),))


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    try:
        found = http.parse(data)
    except BadInput:
        return
    assert found.query is None or len(found.query) <= http.MOST_FIELDS
    _ = found.form, found.json
