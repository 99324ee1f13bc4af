"""Typing, holds, hand-ons, rings, switches and saves in any order: a note is saved to whom its title names, and to nobody else.

The desk is asked to save by its `note`. At that very moment the frame of the note on the screen has to name the person
whom the note goes to, and the text has to be what was typed while that title stood there.
"""

import asyncio

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ringdesk.calls import Call, CallState
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeLines, SafeText
from terminal.news import CallNews
from tests.screens.harness import SMALL, Running, running
from tests.terminal.scripted_desk import ME, ScriptedDesk, call, member, plain_card, pop

PEOPLE = [member(f"m{index}", name, f"0912-345-60{index}") for index, name in enumerate(("甲一", "乙二", "丙三"))]
LETTERS = "abc"
"""What is typed for each of them: a letter that only their notes may have."""
KEYS = ("f2", "f5", "f4", "ctrl+s", "f8 1", "escape", "f9", "ctrl+l", "n", "w")
STEP = st.one_of(
    st.tuples(st.just("serves"), st.integers(0, 2)),
    st.tuples(st.just("rings"), st.integers(0, 2)),
    st.tuples(st.just("handed"), st.integers(0, 2)),
    st.tuples(st.just("taken"), st.integers(0, 2)),
    st.tuples(st.just("ends"), st.integers(0, 2)),
    st.tuples(st.just("types"), st.integers(1, 3)),
    st.tuples(st.just("hand on"), st.integers(1, 2)),
    st.tuples(st.just("line"), st.integers(0, 3)),
    st.tuples(st.just("looks up"), st.integers(0, 2)),
    st.tuples(st.just("waits"), st.just(0)),
    st.tuples(st.sampled_from(("f2", "f4 1", "ctrl+s")), st.just(0)),
    st.tuples(st.sampled_from(KEYS), st.just(0)),
)


class Watched(ScriptedDesk):
    """Compares every note that it is asked to save with the title on the screen."""

    def __init__(self) -> None:
        super().__init__({who.id: plain_card(who) for who in PEOPLE})
        self.business.people = [
            Presence(id=f"p-{index}", name=SafeText(f"同{index}"), state=PresenceState.READY) for index in range(2)
        ]
        self.run: Running | None = None
        self.saved: list[tuple[str, str | None]] = []
        self.wrong: list[str] = []

    async def note(self, text: SafeLines, member: str | None, call: str | None, ref: str | None = None) -> str:
        assert self.run is not None
        title = self.run.title("noteframe")
        name = next((who.name for who in PEOPLE if who.id == member), None)
        spoken = [name] if name else ["0912-345-60"]
        if not any(word in title for word in spoken):
            self.wrong.append(f"{text!r} for {member} under the title {title!r}")
        self.saved.append((text, member))
        await asyncio.sleep(0)
        return await super().note(text, member, call, ref)


async def step(run: Running, what: str, index: int, count: int) -> None:
    desk = run.desk
    ident = f"c{count}"
    if what == "serves":
        desk.publish(pop(call(ident, PEOPLE[index], line=str(index)), plain_card(PEOPLE[index])))
        await run.pilot.pause()
        await run.pilot.press("f2")
        await _type(run, 1)
    elif what == "rings":
        desk.publish(pop(call(ident, PEOPLE[index], line=str(index)), plain_card(PEOPLE[index])))
    elif what == "handed":
        given_on = call(ident, PEOPLE[index], state=CallState.ANSWERED, claimed_by=ME, handed_by="p-1")
        matches = pop(given_on, plain_card(PEOPLE[index])).matches
        desk.publish(CallNews(given_on, SafeText("雅婷"), mine=True, matches=matches))
    elif what in ("taken", "ends"):
        live = [each for each in desk.calls() if each.live]
        if live:
            desk.publish(_changed(live[index % len(live)], what))
    elif what == "types":
        await _type(run, index)
    elif what == "hand on":
        await run.pilot.press("ctrl+o", str(index))
    elif what == "line":
        run.screen.panes.go("lines")
        await run.pilot.press(*["j"] * index, "enter")
    elif what == "looks up":
        await run.pilot.press("escape", "escape", "slash", *PEOPLE[index].name, "enter")
    elif what == "waits":
        await run.pilot.pause(0.25)
    else:
        await run.pilot.press(*what.split())


def _changed(live: Call, what: str) -> CallNews:
    if what == "ends":
        ended = msgspec.structs.replace(live, state=CallState.ENDED)
        return CallNews(ended, live.claimed_name, mine=live.claimed_by == ME)
    taken = msgspec.structs.replace(live, claimed_by="p-0", claimed_name=SafeText("同0"))
    return CallNews(taken, SafeText("同0"))


async def _type(run: Running, times: int) -> None:
    """The letter of whom the title names; nothing where the note does not have the focus."""
    await run.pilot.pause(0.25)  # a person reads the title before they type
    title = run.title("noteframe")
    letters = [letter for letter, who in zip(LETTERS, PEOPLE, strict=True) if who.name in title]
    if run.focus == "note" and letters:
        await run.pilot.press(*letters * times)


async def interleave(steps: list[tuple[str, int]]) -> None:
    desk = Watched()
    async with running(desk, SMALL) as run:
        desk.run = run
        for count, (what, index) in enumerate([("serves", 0), ("serves", 1), *steps]):
            await step(run, what, index, count)
        await run.settle()
        assert desk.wrong == []
        kept = [(text, owner[0]) for owner, text in run.screen.keeper.texts.items()]
        for text, owner in [*desk.saved, *kept]:
            own = next((letter for letter, who in zip(LETTERS, PEOPLE, strict=True) if who.id == owner), None)
            if own is not None:
                assert set(text) & set(LETTERS) <= {own}, (text, owner)  # a key of the table is a letter too, in a note
        assert run.screen.area.text == run.screen.keeper.texts.get(run.screen.writing.owner, "")
        assert run.screen.writing.owner == run.screen.board.person.key


SHIFTS, LONGEST = (30, 30) if settings().max_examples >= 100 else (8, 14)
"""How many shifts are worked, and of how many steps: one takes seconds, so they are few in make check."""


@settings(max_examples=SHIFTS, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(STEP, min_size=3, max_size=LONGEST))
def test_no_note_goes_to_anybody_but_whom_its_title_names(steps: list[tuple[str, int]]) -> None:
    asyncio.run(interleave(steps))
