"""Digest answers against the published examples."""

import pytest

from ringdesk.codecs import digest
from ringdesk.codecs.digest import Challenge

RFC7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616(algorithm: str, response: str) -> None:
    asked = digest.challenge([RFC7616.format(algorithm=algorithm)])
    assert asked is not None
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    said = digest.answer(asked, "GET", "/dir/index.html", "Mufasa:Circle of Life", count=1, cnonce=cnonce)
    assert f'response="{response}"' in said
    assert 'username="Mufasa"' in said
    assert "qop=auth, nc=00000001" in said
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in said


def test_the_example_of_rfc_2617() -> None:
    asked = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", qop=True)
    said = digest.answer(asked, "GET", "/dir/index.html", "Mufasa:Circle Of Life", count=1, cnonce="0a4f113b")
    assert 'response="6629fae49393a05397450978507c4ef1"' in said


def test_the_first_that_we_can_answer_counts() -> None:
    values = ['Basic realm="x"', 'Digest realm="r", nonce="1", algorithm=SHA-3', RFC7616.format(algorithm="SHA-256")]
    asked = digest.challenge([*values, RFC7616.format(algorithm="MD5")])
    assert asked is not None
    assert asked.algorithm == "SHA-256"


def test_a_server_without_qop_gets_the_old_form() -> None:
    asked = digest.challenge(['Digest realm="a \\"b\\"", nonce="n,1", stale=TRUE'])
    assert asked == Challenge('a "b"', "n,1", stale=True)
    said = digest.answer(asked, "REGISTER", "sip:pbx", "u:p:w", count=1, cnonce="c")
    assert "qop" not in said
    assert 'realm="a \\"b\\""' in said


@pytest.mark.parametrize(
    "value",
    ["", "Digest", 'Digest realm="r"', 'Digest nonce="1", qop="auth-int"', 'Digest nonce="1", algorithm=MD5-sess'],
)
def test_what_cannot_be_answered(value: str) -> None:
    assert digest.challenge([value]) is None
