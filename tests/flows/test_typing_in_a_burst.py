"""A person types while twenty calls a second ring."""

import os
from pathlib import Path

import pytest

from benchmarks.exchange import Exchange
from benchmarks.pop import Caller
from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

CROWD = tuple(Caller(f"09651184{last:02}", "") for last in range(100))
TEXT = (
    "下週三改送到公司，要開統編 12345675；她說「不要堅果」，請先打電話 (ask for May), then ring twice at the side door."
)


@pytest.mark.slow
def test_no_letter_is_lost_and_the_note_is_kept(tmp_path: Path) -> None:
    words = ["desk", "--data", str(tmp_path / "data"), "--language", "zh-Hant"]
    with Exchange(20, 20.0, CROWD) as exchange:
        sources = [word for source in exchange.sources for word in ("--source", source)]
        with Person(tmp_path, [*words, *sources]) as person:
            person.see(lambda: len(exchange.ready) == len(exchange.sources))
            exchange.ring()
            person.take()
            who = person.title("noteframe")
            before = exchange.rung
            for char in TEXT:
                person.write(char.encode())
                person.look(0.02)
            person.see(lambda: written(person) == TEXT.replace(" ", ""))
            assert exchange.rung > before + 20
            assert person.title("noteframe").replace("輸入中", "可輸入") == who
            person.see(lambda: "草稿已存" in person.pane("noteframe"))
            person.look(1)
            person.kill()
    with Person(tmp_path, words) as person:
        person.see(lambda: written(person) == TEXT.replace(" ", ""))
        assert person.leave() == 0


def written(person: Person) -> str:
    """The note as it stands in its field, without its spaces: a row may end in some."""
    return "".join(person.pane("note").split())
