"""The guided tour of a practice desk: its steps as a table, and how far somebody is. Pure."""

from enum import StrEnum
from typing import Final, Self

import msgspec


class Deed(StrEnum):
    """What a person did, as the desk can see it."""

    TOOK = "took"
    TYPED = "typed"
    """Typed at a note while another call rang."""
    SAVED = "saved"
    WRAPPED = "wrapped"
    PROMISED = "promised"
    ATTACHED = "attached"
    ASKED = "asked"
    SEARCHED = "searched"
    HANDED = "handed"
    JUDGED = "judged"
    """Said what became of a missed call."""
    LEFT = "left"


class Ring(StrEnum):
    """Who calls during a step."""

    NOBODY = "nobody"
    MEMBER = "member"
    SECOND = "second"
    """A member, on the other line, while the first call is on."""
    STRANGER = "stranger"
    BRIEF = "brief"
    """Somebody who gives up after one ring."""


class Step(msgspec.Struct, frozen=True):
    """One step. `key` is the id of the key or command that it teaches ("" for none): a desk without it skips the step."""

    id: str
    deed: Deed
    key: str = ""
    ring: Ring = Ring.NOBODY


STEPS: Final = (
    Step("take", Deed.TOOK, "answer", Ring.MEMBER),
    Step("type", Deed.TYPED, "", Ring.SECOND),
    Step("save", Deed.SAVED, "save"),
    Step("wrapup", Deed.WRAPPED, "wrapup"),
    Step("later", Deed.PROMISED, "later", Ring.MEMBER),
    Step("attach", Deed.ATTACHED, "attach", Ring.STRANGER),
    Step("answers", Deed.ASKED, "answers"),
    Step("search", Deed.SEARCHED, "search"),
    Step("hand", Deed.HANDED, "hand", Ring.MEMBER),
    Step("missed", Deed.JUDGED, "missed", Ring.BRIEF),
    Step("leave", Deed.LEFT, "quit"),
)
"""The tour, some fifteen minutes for somebody new."""


class Past(msgspec.Struct, frozen=True):
    """A step that is done, and how long it took in seconds; `in_turn` unless it was done before it was asked for."""

    step: Step
    seconds: float
    in_turn: bool = True


class Tour(msgspec.Struct, frozen=True):
    """How far somebody is: the steps to come, those done. `since` is when the present one began (seconds since 1970)."""

    to_come: tuple[Step, ...]
    past: tuple[Past, ...]
    since: float

    @classmethod
    def begin(cls, keys: frozenset[str], now: float) -> Self:
        """The tour of a desk that has these keys or commands."""
        return cls(tuple(step for step in STEPS if not step.key or step.key in keys), (), now)

    @property
    def step(self) -> Step | None:
        """What is to be done now; None when all is done."""
        return self.to_come[0] if self.to_come else None

    @property
    def place(self) -> int:
        """Which of all steps the present one is, from 1; what was done before its turn does not move it. After the last:
        their count."""
        if self.step is None:
            return self.count
        order = STEPS.index(self.step)
        return 1 + sum(STEPS.index(each) < order for each in (*self.to_come, *(each.step for each in self.past)))

    @property
    def early(self) -> tuple[Step, ...]:
        """Those that were passed over on the way to the present one, since they had been done before their turn."""
        if self.step is None:
            return ()
        order, done = STEPS.index(self.step), {each.step for each in self.past}
        turns = [STEPS.index(each.step) for each in self.past if each.in_turn and STEPS.index(each.step) < order]
        last = max(turns, default=-1)
        return tuple(each for each in STEPS[last + 1 : order] if each in done)

    @property
    def count(self) -> int:
        """How many steps there are in all."""
        return len(self.past) + len(self.to_come)

    def did(self, deed: Deed, now: float) -> "Tour":
        """Somebody did something. What was to come later counts too: it is not asked for again. Leaving ends the tour, so it
        counts only at its turn."""
        step = next((each for each in self.to_come if each.deed is deed), None)
        if step is None or (deed is Deed.LEFT and step is not self.step):
            return self
        if step is not self.step:
            to_come = tuple(each for each in self.to_come if each is not step)
            return Tour(to_come, (*self.past, Past(step, 0.0, in_turn=False)), self.since)
        return Tour(self.to_come[1:], (*self.past, Past(step, now - self.since)), now)
