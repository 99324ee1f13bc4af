"""The pauses before the line to the server is opened again."""

import asyncio
import random

import pytest

from terminal.sync.retries import HURRY, Retries
from terminal.sync.watch import Timings

TIMES = Timings(first=0.5, longest=10.0)


def retries(seed: int = 1) -> Retries:
    return Retries(asyncio.get_running_loop().time, random.Random(seed), TIMES)


async def test_the_pauses_double_with_every_failure_up_to_the_longest_and_are_spread() -> None:
    each = [retries(seed) for seed in range(200)]
    for ceiling in (1.0, 2.0, 4.0, 8.0, 10.0, 10.0):
        found = [one.pause(failed=True) for one in each]
        assert all(TIMES.first / 2 <= pause <= ceiling for pause in found)
        assert max(found) - min(found) > ceiling / 2
    assert all(one.pause(failed=False) <= TIMES.first for one in each), "one that was welcomed begins anew"


async def test_whoever_needs_the_line_waits_no_longer_than_for_the_next_try() -> None:
    line, loop = retries(), asyncio.get_running_loop()
    began = loop.time()
    line.tried()
    loop.call_later(0.05, line.need)
    async with asyncio.timeout(20):
        await line.rest(60.0, in_full=False)
    assert loop.time() - began >= HURRY


async def test_what_was_needed_before_the_try_makes_no_haste() -> None:
    line = retries()
    line.need()
    line.tried()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await line.rest(60.0, in_full=False)


async def test_a_pause_that_is_kept_in_full_is_not_cut_short() -> None:
    line, loop = retries(), asyncio.get_running_loop()
    line.tried()
    line.need()
    began = loop.time()
    await line.rest(0.3, in_full=True)
    assert loop.time() - began >= 0.29
