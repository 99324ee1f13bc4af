"""What a line claims as its time."""

import pytest

from ringdesk.codecs import linetime


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (b"11/22 11:28 AM", "11-22 11:28"),
        (b"11/22 01:38 PM", "11-22 13:38"),
        (b"11/22 12:05 AM", "11-22 00:05"),
        (b"11/22 12:05 PM", "11-22 12:05"),
        (b" 9/ 3  2:25 PM", "09-03 14:25"),
        (b"yesterday", "yesterday"),
        (b"  ", None),
    ],
)
def test_twelve_hours(said: bytes, read: str | None) -> None:
    assert linetime.twelve_hours(said) == read


@pytest.mark.parametrize(("said", "read"), [(b"11221338", "11-22 13:38"), (b"1122", "1122"), (b"", None)])
def test_eight_digits(said: bytes, read: str | None) -> None:
    assert linetime.eight_digits(said) == read
