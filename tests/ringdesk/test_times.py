"""Times as other programs read them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.times import iso


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (None, None),
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1795325886.12, "2026-11-22T05:38:06.120Z"),
        (1795325886.9999, "2026-11-22T05:38:06.999Z"),
        (-1.5, "1969-12-31T23:59:58.500Z"),
    ],
)
def test_iso(at: float | None, text: str | None) -> None:
    assert iso(at) == text


@given(st.floats(0, 4e9))
def test_iso_is_utc_to_the_millisecond(at: float) -> None:
    text = iso(at)
    assert text is not None
    assert text.endswith("Z")
    assert -0.0011 < datetime.fromisoformat(text).timestamp() - at < 0.0001
