"""What Twilio's signature is over."""

import pytest

from ringdesk.codecs import macs, urlsigned
from ringdesk.codecs.http import Request

FORM = (("content-type", "application/x-www-form-urlencoded"),)


@pytest.mark.parametrize(
    ("url", "others"),
    [
        ("https://x/h?a=1", ["https://x:443/h?a=1"]),
        ("https://x:443/h", ["https://x/h"]),
        ("http://x:80/h", ["http://x/h"]),
        ("http://x", ["http://x:80"]),
        ("https://x:8443/h?a=b:1", ["https://x/h?a=b:1", "https://x:443/h?a=b:1"]),
        ("https://[2001:db8::1]:8443/h", ["https://[2001:db8::1]/h", "https://[2001:db8::1]:443/h"]),
        ("https://x?a=b/c:9", ["https://x:443?a=b/c:9"]),
        ("nothing", []),
        ("https://[", ["https://[:443"]),
    ],
)
def test_addresses(url: str, others: list[str]) -> None:
    assert urlsigned.addresses(url)[0] == url
    assert sorted(urlsigned.addresses(url)[1:]) == sorted(others)


def test_fields_are_sorted_and_joined() -> None:
    assert urlsigned.joined([("b", "2"), ("a", "1"), ("b", "1"), ("B", ""), ("b", "2")]) == "Ba1b1b2"


def test_what_is_covered() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    cases = [
        (Request(method="GET", url="https://x/?a=1", body=b"b=2", headers=FORM), (("a", "1"),)),
        (Request(method="POST", url="https://x/?a=1", body=b"b=2", headers=FORM), (("b", "2"),)),
        (Request(method="POST", url=f"https://x/?bodySHA256={empty}"), ()),
        (Request(method="POST", url=f"https://x/?bodySHA256={empty}", body=b"{}"), None),
        (Request(method="POST", url="https://x/", body=b"{}"), None),
        (Request(method="POST", url="https://x/", body=b"a=%FF", headers=FORM), None),
    ]
    assert [urlsigned.values(request) for request, _ in cases] == [covered for _, covered in cases]


def test_of_a_query_the_address_has_all() -> None:
    request = Request(method="GET", url="https://x/?a=1")
    given = macs.base64("sha1", "s", b"https://x/?a=1")
    assert urlsigned.signed(request, given, ("r", "s"), (("a", "1"),))
    assert not urlsigned.signed(request, given, ("r",), (("a", "1"),))
    assert not urlsigned.signed(request, given, (), (("a", "1"),))
