"""What docs/howto/plain.md shows is what the plain desk says, line by line, in both languages.

`python -m tests.terminal.plain.test_samples` prints the samples, to be put there when the words changed.
"""

import asyncio
from pathlib import Path
from typing import Final

import msgspec
import pytest

from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact, ContactKind
from tests.terminal.plain.talking import spoken, talking
from tests.terminal.scripted_desk import NOW, ScriptedDesk, call, member, plain_card, pop

HOWTO: Final = Path(__file__).parents[3] / "docs" / "howto"
PAGES: Final = {"en": HOWTO / "plain.md", "zh_Hant": HOWTO / "zh-Hant" / "plain.md"}
WORDS: Final = {
    "en": (
        "gold",
        "nut allergy",
        "Xinyi",
        ("mooncakes, one box", "asked for the delivery date"),
        "ten boxes by Friday",
    ),
    "zh_Hant": ("金卡", "堅果過敏", "信義店", ("月餅一盒", "詢問到貨日"), "週五前要十盒"),
}
DAY: Final = 86_400


def desk(language: str) -> ScriptedDesk:
    """One member with a dozen contacts."""
    tier, flag, store, texts, _ = WORDS[language]
    lin = member(
        "lin",
        "林淑芬",
        "0912-345-678",
        code=SafeText("M0012"),
        honorific=SafeText("女士"),
        tier=SafeText(tier),
        flags=(SafeText(flag),),
        home_store=SafeText(store),
        points=1280,
    )
    past = tuple(
        Contact(
            id=f"e{index}",
            member=lin.id,
            kind=(ContactKind.PURCHASE, ContactKind.CALL_IN)[index % 2],
            at=NOW - (index + 1) * 3 * DAY,
            text=SafeText(texts[index % 2]),
            who=SafeText("雅婷"),
        )
        for index in range(12)
    )
    card = msgspec.structs.replace(plain_card(lin), tasks=(), notes=(), timeline=past)
    return ScriptedDesk({lin.id: card})


async def session(language: str) -> str:
    """A call from ring to end: what is said, and behind `>` what is typed."""
    with spoken(language):
        made = desk(language)
        (card,) = made.cards.values()
        async with talking(made) as typist:
            before = len(typist.said)
            made.publish(pop(call("c1", card.member), card))
            await typist.settle()
            lines = typist.said[before:].decode().splitlines()
            for typed in ("t", "p", "n", WORDS[language][4], "", "w", "2"):
                lines += [f"> {typed}".rstrip(), *await typist.type(typed)]
        return "\n".join(lines)


def block(page: Path) -> str:
    """The first block of code of a page."""
    return page.read_text("utf-8").split("\n```\n")[1]


@pytest.mark.parametrize("language", PAGES)
async def test_the_sample_of_the_howto_is_what_is_said(language: str) -> None:
    assert block(PAGES[language]) == await session(language)


if __name__ == "__main__":
    for spoken_here in PAGES:
        print(asyncio.run(session(spoken_here)), end="\n\n")
