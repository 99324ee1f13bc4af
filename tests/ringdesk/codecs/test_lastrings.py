"""Which call rang last."""

from ringdesk.codecs.lastrings import LastRings


def test_the_last_of_each_line() -> None:
    rings = LastRings()
    rings.rang("a", "1")
    rings.rang("b", "2")
    rings.rang("a", "3")
    assert (rings.last("a"), rings.last("b"), rings.last("c")) == ("3", "2", None)


def test_it_does_not_grow() -> None:
    rings = LastRings()
    for each in range(3000):
        rings.rang("often", "o")
        rings.rang(str(each), "x")
    assert (rings.last("0"), rings.last("2999"), rings.last("often")) == (None, "x", "o")
