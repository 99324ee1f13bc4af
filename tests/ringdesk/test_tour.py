from ringdesk.tour import STEPS, Deed, Ring, Tour

ALL = frozenset(step.key for step in STEPS)


def test_a_step_is_done_by_its_deed_and_by_nothing_else() -> None:
    tour = Tour.begin(ALL, 100.0)
    assert tour.step is not None
    assert tour.step.deed is Deed.TOOK
    assert tour.did(Deed.LEFT, 105.0) is tour
    after = tour.did(Deed.TOOK, 112.0)
    assert after.step is not None
    assert (after.step.id, after.since, after.past[0].seconds) == ("type", 112.0, 12.0)
    assert after.count == tour.count == len(STEPS)


def test_what_was_done_early_is_not_asked_for_again() -> None:
    tour = Tour.begin(ALL, 100.0).did(Deed.SAVED, 105.0)
    assert [each.step.id for each in tour.past] == ["save"]
    assert tour.step is not None
    assert tour.step.id == "take"
    assert "save" not in [step.id for step in tour.to_come]
    assert tour.did(Deed.SAVED, 106.0) is tour


def test_what_the_key_table_lacks_is_skipped() -> None:
    tour = Tour.begin(frozenset({"answer", "wrapup", "quit"}), 0.0)
    assert [step.id for step in tour.to_come] == ["take", "type", "wrapup", "leave"]


def test_the_whole_tour_ends() -> None:
    tour = Tour.begin(ALL, 0.0)
    for at, step in enumerate(STEPS, 1):
        tour = tour.did(step.deed, float(at))
    assert tour.step is None
    assert tour.did(Deed.LEFT, 99.0) is tour
    assert [each.seconds for each in tour.past] == [1.0] * len(STEPS)


def test_every_step_needs_another_deed_and_the_first_one_rings() -> None:
    assert len({step.deed for step in STEPS}) == len(STEPS)
    assert STEPS[0].ring is Ring.MEMBER


def test_a_step_keeps_its_place_whatever_was_done_before_its_turn() -> None:
    tour = Tour.begin(ALL, 0.0).did(Deed.SAVED, 1.0).did(Deed.ASKED, 2.0)
    assert (tour.place, tour.early) == (1, ())
    tour = tour.did(Deed.TOOK, 3.0)
    assert (tour.place, tour.early) == (2, ())
    tour = tour.did(Deed.TYPED, 4.0)
    assert (tour.place, [step.id for step in tour.early]) == (4, ["save"])
    tour = tour.did(Deed.WRAPPED, 5.0)
    assert (tour.place, tour.early) == (5, ()), "said once"
    for step in STEPS:
        tour = tour.did(step.deed, 6.0)
    assert (tour.place, tour.early) == (len(STEPS), ())
