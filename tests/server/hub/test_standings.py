"""Who is told how the sources of the server stand."""

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from ringdesk.wire import limits
from ringdesk.wire.codec import encode
from ringdesk.wire.messages import SOURCES, ServerNotice
from ringdesk.wire.values import SourceStands
from server.hub.standings import MOST, Standings


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
    scene.standings.tell()
    scene.standings.stands(source("b", Level.BROKEN), frozenset({"main", "north"}))
    scene.standings.stands(source("b", Level.BROKEN), frozenset({"main", "north"}))
    assert len(scene.told) == 1, "nothing is told before it is asked for, however often it changes"
    scene.standings.tell()
    scene.standings.tell()
    told = [(site, tuple(each.id for each in notice.sources)) for site, notice in scene.told]
    assert told == [("main", ("a",)), ("main", ("b", "a")), ("north", ("b",))], "what is ill first"
    assert {notice.code for _, notice in scene.told} == {SOURCES}
    assert scene.standings.of("main").message == "b: not well", "what is ill, in words"
    assert scene.standings.of("south").sources == ()


def test_who_loses_a_source_is_told_too() -> None:
    scene = Scene()
    scene.standings.stands(source("a"), frozenset({"main"}))
    scene.standings.stands(source("a"), frozenset({"north"}))
    scene.standings.tell()
    assert scene.standings.of("main").sources == ()
    assert ("main", scene.standings.of("main")) in scene.told
    scene.standings.gone("a")
    scene.standings.tell()
    assert scene.told[-1] == ("north", scene.standings.of("north"))
    assert scene.told[-1][1].sources == ()
    before = len(scene.told)
    scene.standings.gone("never")
    scene.standings.tell()
    assert len(scene.told) == before


def test_a_notice_of_very_many_passes_a_slow_line_and_has_the_worst() -> None:
    scene = Scene()
    for number in range(300):
        scene.standings.stands(source(f"s{number}", Level.BROKEN if number == 299 else Level.OK), frozenset({"main"}))
    notice = scene.standings.of("main")
    assert (len(notice.sources), notice.sources[0].id) == (MOST, "s299")
    assert len(encode(notice)) < limits.FRAME_CAP // 4
