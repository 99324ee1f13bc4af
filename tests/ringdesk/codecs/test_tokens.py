"""Where a secret may stand."""

import pytest

from ringdesk.codecs import tokens
from ringdesk.codecs.http import Fields, Request

BASIC = ("authorization", "Basic cGJ4OnMzY3JldC10ZXN0cw==")
"""pbx:s3cret-tests"""


@pytest.mark.parametrize(
    ("url", "headers", "more", "secrets", "good"),
    [
        ("https://x/hook/abc", (), (), ("abc",), True),
        ("https://x/hook/a%20c?abc", (), (), ("a c",), True),
        ("https://x/hook/abd", (), (), ("abc",), False),
        ("https://x/hook/", (), (), ("",), False),
        ("https://x/hook?abc", (), (), ("abc",), False),
        ("", (), (), ("abc",), False),
        ("https://x/", (BASIC,), (), ("new", "pbx:s3cret-tests"), True),
        ("https://x/", (BASIC,), (), ("s3cret-tests",), False),
        ("https://x/", (("x-ringdesk-secret", "abc"),), (), ("abc", "old"), True),
        ("https://x/", (("x-ringdesk-secret", "abc"),), (), ("abcd",), False),
        ("https://x/", (), ("", "abc"), ("abc",), True),
        ("https://x/", (), (), (), True),
    ],
)
def test_where_it_may_stand(
    url: str, headers: Fields, more: tuple[str, ...], secrets: tuple[str, ...], good: bool
) -> None:
    assert tokens.carried(Request(method="POST", url=url, headers=headers), secrets, *more) is good
