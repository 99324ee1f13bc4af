"""Who is told how the sources of the server stand."""

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from ringdesk.wire.messages import SOURCES, ServerNotice
from ringdesk.wire.values import SourceStands
from server.hub.standings import Standings


def source(name: str, level: Level = Level.OK) -> SourceStands:
    why = Why("line_ok", {"port": name})
    return SourceStands(id=name, dialect="ami", label=SafeText(name), level=level, why=why, words=SafeText("not well"))


class Scene:
    def __init__(self) -> None:
        self.told: list[tuple[str, ServerNotice]] = []
        self.standings = Standings(lambda notice, site: self.told.append((site, notice)))


def test_a_store_is_told_of_its_own_sources_all_of_them_each_time() -> None:
    scene = Scene()
    scene.standings.stands(source("a"), frozenset({"main"}))
    scene.standings.stands(source("b", Level.BROKEN), frozenset({"main", "north"}))
    told = {(site, tuple(each.id for each in notice.sources)) for site, notice in scene.told}
    assert told == {("main", ("a",)), ("main", ("a", "b")), ("north", ("b",))}
    assert {notice.code for _, notice in scene.told} == {SOURCES}
    assert scene.standings.of("main").message == "b: not well", "what is ill, in words"
    assert scene.standings.of("south").sources == ()


def test_who_loses_a_source_is_told_too() -> None:
    scene = Scene()
    scene.standings.stands(source("a"), frozenset({"main"}))
    scene.standings.stands(source("a"), frozenset({"north"}))
    assert scene.standings.of("main").sources == ()
    assert ("main", scene.standings.of("main")) in scene.told
    scene.standings.gone("a")
    assert scene.told[-1] == ("north", scene.standings.of("north"))
    assert scene.told[-1][1].sources == ()
    before = len(scene.told)
    scene.standings.gone("never")
    assert len(scene.told) == before
