"""Where a secret may stand."""

import pytest

from ringdesk.codecs import macs, refusals, tokens
from ringdesk.codecs.http import Fields, Request
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.generic import GenericDialect
from ringdesk.dialects.threecx import ThreecxDialect

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


@pytest.mark.parametrize("dialect", [ThreecxDialect, GenericDialect])
@pytest.mark.parametrize(
    ("secret", "name", "value", "code"),
    [
        ("u:pass", tokens.HEADER, "pass", "hook_half_secret"),
        ("u:pass", tokens.HEADER, "other", "hook_forged"),
        ("u:pass", tokens.HEADER, "", "hook_forged"),
        ("pass", "authorization", macs.basic(["u:pass"])[0], "hook_user_unknown"),
        ("pass", "authorization", macs.basic(["u:other"])[0], "hook_forged"),
        ("pass", "authorization", "Basic \xff=", "hook_forged"),
        ("pass", "authorization", "Basic /w==", "hook_forged"),
    ],
)
def test_a_secret_in_another_form_is_refused_with_that_reason(
    dialect: type[ThreecxDialect | GenericDialect], secret: str, name: str, value: str, code: str
) -> None:
    asked = Request(method="GET", url="https://pop/hook/x?number=1", headers=((name, value),), body=b"", peer="")
    verdict = dialect("s", SourceOptions()).request(asked, 0.0, (secret,))
    assert verdict.refused is not None
    assert verdict.refused.code == code
    assert refusals.answer(verdict.refused) == refusals.answer(refusals.FORGED), "the sender learns nothing of it"
