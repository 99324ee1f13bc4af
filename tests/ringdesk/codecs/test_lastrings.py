"""Which call rang last."""

from ringdesk.codecs.lastrings import LastRings

NEVER = (1.0, 0.0)


def last(rings: LastRings, line: str) -> str | None:
    found = rings.last(line)
    return None if found is None else found.native_id


def test_the_last_of_each_line() -> None:
    rings = LastRings()
    rings.rang("a", "1", 1.0, NEVER)
    rings.rang("b", "2", 2.0, NEVER)
    rings.rang("a", "3", 3.0, NEVER)
    assert (last(rings, "a"), last(rings, "b"), last(rings, "c")) == ("3", "2", None)


def test_it_does_not_grow() -> None:
    rings = LastRings()
    for each in range(3000):
        rings.rang("often", "o", float(each), NEVER)
        rings.rang(str(each), "x", 0.0, NEVER)
    assert (last(rings, "0"), last(rings, "2999"), last(rings, "often")) == (None, "x", "o")


def test_a_ring_that_was_overtaken_is_of_the_call_that_ended_and_the_next_is_not() -> None:
    rings = LastRings()
    assert rings.follows("a", "end", 5.0, over=True) == "end"
    assert rings.rang("a", "ring", 6.0, (6.0, 9.0)) == "ring"
    assert rings.follows("b", "end", 5.0, over=True) == "end"
    assert rings.rang("b", "ring", 4.0, (4.0, 9.0)) == "end"
    assert rings.rang("b", "ring", 4.0, (4.0, 9.0)) == "end"
    assert rings.rang("b", "next", 4.5, (4.5, 9.0)) == "next"
