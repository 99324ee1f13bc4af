"""docs/reference/wire.md says what messages.py, session.py and limits.py say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import msgspec.inspect as inspect
import pytest

from ringdesk.wire import limits, messages
from ringdesk.wire.messages import SUBPROTOCOL, FromServer, FromTerminal, Message
from ringdesk.wire.session import TRANSITIONS, Phase

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "wire.md").read_text(encoding="utf-8")
MESSAGES: tuple[type[Message], ...] = tuple(dict.fromkeys((*get_args(FromServer), *get_args(FromTerminal))))


def table(heading: str) -> Iterator[list[str]]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 2, f"no table under {heading!r}"
    for row in rows[2:]:
        yield [cell.strip() for cell in row.strip("|").split("|")]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def tag_of(kind: type[Message]) -> str:
    return str(kind.__struct_config__.tag)


def test_every_message_has_its_row_with_its_fields_and_sender() -> None:
    written = {words(tag)[0]: (sender, words(fields)) for tag, sender, fields, _ in table("Messages")}
    server, terminal = get_args(FromServer), get_args(FromTerminal)
    expected = {
        tag_of(kind): (
            "both" if kind in server and kind in terminal else "server" if kind in server else "terminal",
            list(kind.__struct_fields__),
        )
        for kind in MESSAGES
    }
    assert written == expected


def test_every_part_has_its_row() -> None:
    written = {words(name)[0]: words(fields) for name, _, fields in table("Their parts")}
    assert written == {kind.__name__: list(kind.__struct_fields__) for kind in _parts()}


def _parts() -> set[type[msgspec.Struct]]:
    """The structs that messages are made of."""
    found: set[type[msgspec.Struct]] = set()

    def visit(info: object) -> None:
        if isinstance(info, inspect.StructType):
            found.add(info.cls)
            for field in info.fields:
                visit(field.type)
        for name in ("item_type", "key_type", "value_type"):
            if hasattr(info, name):
                visit(getattr(info, name))
        for inner in (*getattr(info, "types", ()), *getattr(info, "item_types", ())):
            visit(inner)

    for kind in MESSAGES:
        visit(inspect.type_info(kind))
    return found - set(MESSAGES)


def test_the_phases_are_the_table_of_the_session() -> None:
    written = {(phase, tag): after for phase, tags, after in table("A session") for tag in words(tags)}
    assert written == {(str(phase), tag_of(kind)): str(after) for (phase, kind), after in TRANSITIONS.items()}
    assert {phase for phase, _ in written} == {str(phase) for phase in Phase} - {Phase.CLOSED}


@pytest.mark.parametrize(
    ("what", "limit"),
    [
        ("frame", f"{limits.FRAME_CAP // 1024} KiB"),
        ("page", f"{limits.PAGE_MIN // 1024} to {limits.PAGE_MAX // 1024} KiB, adaptive; {limits.PUSH_OPS} ops"),
        ("one op", f"{limits.OP_MAX // 1024} KiB"),
        ("objects", str(limits.DEPTH)),
        ("time", f"{limits.UNAUTHENTICATED_SECONDS:g} s"),
        ("waiting", f"{limits.PROGRESS_SECONDS:g} s"),
    ],
)
def test_the_limits_are_those_of_the_code(what: str, limit: str) -> None:
    assert [cells[1] for cells in table("Limits") if cells[0].startswith(what)] == [limit]


def test_the_subprotocol_is_named() -> None:
    assert SUBPROTOCOL in PAGE


def test_every_message_says_what_it_means() -> None:
    own = {kind: kind.__dict__.get("__doc__") for kind in MESSAGES}
    assert [kind.__name__ for kind, text in own.items() if not text] == []
    assert messages.__doc__ is not None
    assert [tag_of(kind) for kind in MESSAGES if tag_of(kind) not in messages.__doc__ + PAGE] == []
