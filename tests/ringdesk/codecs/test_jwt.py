"""JSON Web Tokens."""

import hmac
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.codecs import jwt


def part(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def token(head: bytes, body: bytes, secret: str = "s") -> str:
    whole = f"{part(head)}.{part(body)}"
    return f"{whole}.{part(hmac.digest(secret.encode(), whole.encode(), 'sha256'))}"


def test_claims() -> None:
    good = token(b'{"alg":"HS256"}', b'{"iss":"x"}')
    assert jwt.claims(good, ("r", "s")) == {"iss": "x"}
    assert jwt.claims(good, ("r",)) is None
    assert jwt.claims(good, ()) is None


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b'{"alg":"none"}', b"{}"),
        (b"x", b"{}"),
        (b"[]", b"{}"),
        (b'{"alg":"HS256"}', b"[]"),
        (b'{"alg":"HS256"}', b"\xff"),
    ],
)
def test_what_is_none(head: bytes, body: bytes) -> None:
    assert jwt.claims(token(head, body), ("s",)) is None


def test_a_dot_more_or_less() -> None:
    good = token(b'{"alg":"HS256"}', b"{}")
    for bad in (
        good + ".",
        "." + good,
        good.replace(".", "", 1),
        good.rpartition(".")[0] + ".",
        good + "=",
        good + "\n",
        good + "\ud800",
    ):
        assert jwt.claims(bad, ("s",)) is None


@given(st.text() | st.lists(st.binary(max_size=9).map(part), min_size=3, max_size=3).map(".".join))
def test_any_text(text: str) -> None:
    assert jwt.claims(text, ("s", "é")) is None


def test_what_is_signed_is_believed() -> None:
    made = jwt.signed({"iss": "Vonage", "iat": 1}, "s")
    assert jwt.claims(made, ("s",)) == {"iss": "Vonage", "iat": 1}
    assert jwt.claims(made, ("r",)) is None
