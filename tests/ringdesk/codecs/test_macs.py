"""Signatures and comparisons, against the standards' own vectors."""

from base64 import b64encode

import pytest

from ringdesk.codecs import macs

RFC_8032_PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
RFC_8032_EMPTY = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


def b64(text: str) -> str:
    return b64encode(bytes.fromhex(text)).decode()


def test_hmac() -> None:
    """RFC 2202, 3, case 2 and RFC 4231, 4.3."""
    message = b"what do ya want for nothing?"
    assert macs.hexadecimal("sha1", "Jefe", message) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    assert macs.base64("sha256", "Jefe", message) == b64(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize("other", ["", "none", b64(RFC_8032_PUBLIC[2:]), b64(RFC_8032_PUBLIC) + "\n", "ü" * 44])
def test_a_public_key_is_known_by_its_shape(other: str) -> None:
    assert macs.is_ed25519(b64(RFC_8032_PUBLIC))
    assert not macs.is_ed25519(other)


def test_ed25519() -> None:
    """RFC 8032, 7.1, test 1."""
    good = b64(RFC_8032_PUBLIC), b64(RFC_8032_EMPTY)
    assert macs.ed25519([good[0]], good[1], b"")
    assert macs.ed25519(["none", good[0]], good[1], b""), "every key is tried"
    assert not macs.ed25519([good[0]], good[1], b"x")
    assert not macs.ed25519([], good[1], b"")
    assert not macs.ed25519([good[0]], "!", b"")
    assert not macs.ed25519([good[0]], good[1].replace("Cw==", "Cx=="), b""), "the same bytes, spelled otherwise"
    assert not macs.ed25519([good[0]], good[1] + "\n", b"")


def test_comparisons() -> None:
    assert macs.same("b", ["a", "b"])
    assert not macs.same("c", ["a", "b"])
    assert not macs.same("", ["", "b"]), "nothing is no match"
    assert not macs.same("a", [])
    assert macs.basic(["pbx:s3cret-tests"]) == ["Basic cGJ4OnMzY3JldC10ZXN0cw=="]


@pytest.mark.parametrize(
    ("apart", "close"), [(0.0, True), (300.0, True), (-300.0, True), (300.1, False), (-301.0, False)]
)
def test_the_window(apart: float, close: bool) -> None:
    assert macs.in_window(1000.0 + apart, 1000.0) is close


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1e9", " 1", "１", "9" * 13])
def test_what_is_no_time(text: str) -> None:
    assert macs.seconds(text) is None


def test_times() -> None:
    assert macs.seconds("1795325880") == 1795325880.0
