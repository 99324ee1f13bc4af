"""The whole of sync against a hostile network, seed by seed; and the proof that it would notice a broken rule."""

from collections.abc import Iterable
from unittest.mock import patch

import pytest

from tests.faults.ends import Packet
from tests.faults.mutations import MUTATIONS
from tests.faults.simulator import World, simulate
from tests.faults.verdict import Red

PATIENCE = 120
"""Seeds within which a broken rule must be noticed."""


def simulate_many(seeds: Iterable[int]) -> None:
    for seed in seeds:
        simulate(seed)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost_doubled_or_hidden(seed: int) -> None:
    simulate(seed)


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(1, 6))
def test_nothing_is_lost_doubled_or_hidden_in_many_seeds(hundred: int) -> None:
    simulate_many(range(hundred * 100, hundred * 100 + 100))


def test_a_seed_is_repeated_exactly() -> None:
    """Else a red seed would tell nothing."""
    assert traced(7) == traced(7)


def traced(seed: int) -> list[bytes]:
    """Every frame that the server read."""
    frames: list[bytes] = []
    hear = World._hear

    async def listening(self: World, packet: Packet) -> None:
        frames.append(packet.data)
        await hear(self, packet)

    with patch.object(World, "_hear", listening):
        simulate(seed)
    return frames


@pytest.mark.slow
@pytest.mark.parametrize("rule", MUTATIONS)
def test_a_broken_rule_is_noticed(rule: str) -> None:
    with MUTATIONS[rule](), pytest.raises(Red):
        simulate_many(range(PATIENCE))
