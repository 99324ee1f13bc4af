import pytest

from ringdesk.safetext import SafeText
from terminal.widgets.calls import short_line


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("1", "1"),
        ("front", "front"),
        ("Service desk 2", "Service "),
        ("台北門市", "台北門市"),
        ("27208889", "27208889"),
        ("+886227208889", "27208889"),
        ("(02) 2720-8889", "27208889"),
        ("+886 2 2720 8881", "27208881"),
        ("8 o'clock shop", "8 o'cloc"),
    ],
)
def test_of_a_line_that_is_a_number_the_chip_has_the_end(name: str, shown: str) -> None:
    assert short_line(SafeText(name)) == shown
