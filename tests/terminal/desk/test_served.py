"""The sources of the server, as a desk shows them beside its own."""

import subprocess
import sys
from pathlib import Path

import msgspec

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from ringdesk.wire.values import SourceStands
from terminal.desk.served import health_of, worded
from terminal.news import HealthNews, SyncNews
from tests.terminal.desk.place import opened

DOWN = SourceStands(
    id="pbx",
    dialect="ami",
    label=SafeText("main"),
    level=Level.BROKEN,
    why=Why("port_refused", {"port": "192.0.2.5:5038"}),
    words=SafeText("nothing listens there"),
)
UP = msgspec.structs.replace(DOWN, level=Level.OK, why=Why("line_ok", {"port": "192.0.2.5:5038"}))


def test_it_stands_in_words_that_this_desk_has_else_in_those_of_the_server() -> None:
    health = health_of(DOWN)
    assert (health.source, health.level, health.label, health.served) == ("pbx", Level.BROKEN, "main", True)
    assert health.why == DOWN.why
    unknown = worded(Why("acme_down", {}), "acme", "the box is off")
    assert unknown.english() == "the box is off"


def test_a_desk_that_has_loaded_no_line_finds_the_words_of_the_dialect() -> None:
    code = (
        "from ringdesk.why import ENGLISH, Why; from terminal.desk.served import worded;"
        "assert 'ami_refused' not in ENGLISH and 'port_refused' not in ENGLISH;"
        "print(*(worded(Why(code), 'ami', 'x').code for code in ('ami_no_secret', 'port_refused', 'served_ami_no_secret')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["ami_no_secret", "port_refused", "served_ami_no_secret"]


def served(*sources: SourceStands, connected: bool = True) -> SyncNews:
    return SyncNews(connected=connected, outbox=0, cursor=1, sources=sources)


async def test_it_stands_beside_the_desks_own_and_is_gone_with_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        down, well = health_of(DOWN), health_of(UP)
        place.desk.heard(served(DOWN))
        place.desk.heard(served(DOWN))
        place.desk.heard(served(UP))
        assert place.ear.of(HealthNews) == [well], "who listens later is told how it stands"
        place.desk.heard(served(DOWN))
        place.desk.heard(served(connected=False))
        gone = msgspec.structs.replace(down, gone=True)
        assert place.ear.of(HealthNews) == [well, down, gone]
        place.desk.heard(served(UP))
        place.desk.heard(served())
        assert place.ear.of(HealthNews)[3:] == [well, msgspec.structs.replace(well, gone=True)]


async def test_a_source_that_this_desk_listens_to_as_well_stands_as_it_does_here(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        place.desk.heard(served(msgspec.structs.replace(DOWN, id=place.hand.spec.id)))
        assert place.ear.of(HealthNews) == []
