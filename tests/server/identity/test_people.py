"""How guessing is slowed down."""

import pytest

from server.identity.people import FREE_TRIES, LONGEST_DELAY, delay


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (2, 0), (3, 1), (4, 2), (8, 32), (9, 60), (10**6, 60)])
def test_the_delay_doubles_up_to_a_minute(failures: int, seconds: float) -> None:
    assert delay(failures, FREE_TRIES) == seconds <= LONGEST_DELAY
