"""Which links a server holds: those that its central settings name, from when they do until they do not."""

import asyncio
import threading
from unittest.mock import patch

import msgspec
import pytest

from ringdesk.calls import CallEvent, EventKind, SourceKey
from ringdesk.dialects import Level
from server.callroom import Report
from server.links import Links
from server.links.left import Left
from server.store.base import Unavailable
from server.store.values import Source
from tests.server.links.line import MAIN, NOW, PBX, Scene


def links_of(scene: Scene) -> Links:
    return Links(scene.store, scene.central, scene.standings, lambda: scene.now, scene.make)


async def test_a_source_is_taken_up_once_and_let_go_when_it_is_there_no_more(scene: Scene) -> None:
    await scene.put(PBX, Source(id="cti", dialect="generic", url=""))
    links = links_of(scene)
    for _ in range(3):
        await links.look()
    assert [hand.begun for hand in scene.hands] == [True], "once, and nothing for a webhook"
    moved = msgspec.structs.replace(PBX, url="tcp://other:5038")
    await scene.put(moved)
    await changed(links)
    assert [hand.ended for hand in scene.hands] == [True, False]
    with patch.object(scene.central, "sources", return_value=()):
        await links.look()
    assert scene.hands[1].ended
    await links.gone()


async def test_one_that_does_not_let_go_holds_up_no_other(scene: Scene) -> None:
    await scene.put(PBX)
    links = links_of(scene)
    await links.look()
    open_at_last = threading.Event()
    thread = threading.Thread(target=open_at_last.wait)
    thread.start()
    scene.hands[0].threads.append(thread)
    await scene.put(msgspec.structs.replace(PBX, url="tcp://other:5038"), msgspec.structs.replace(PBX, id="b"))
    await links.look()
    await links.look()
    assert [hand.begun for hand in scene.hands] == [True, True], "the other one, and not yet the one that ends"
    open_at_last.set()
    await links.gone()
    await links.look()
    assert len(scene.hands) == 3


async def changed(links: Links) -> None:
    """The old one goes, then the new one comes."""
    await links.look()
    await links.gone()
    await links.look()


async def test_another_name_of_the_line_is_another_line(scene: Scene) -> None:
    await scene.put(PBX)
    links = links_of(scene)
    await links.look()
    renamed = (PBX, (msgspec.structs.replace(MAIN, label="back"),))
    with patch.object(scene.central, "sources", return_value=(renamed,)):
        await changed(links)
    assert [hand.ended for hand in scene.hands] == [True, False]


async def test_another_place_in_the_file_cuts_no_link(scene: Scene) -> None:
    await scene.put(PBX)
    links = links_of(scene)
    await links.look()
    await scene.put(msgspec.structs.replace(PBX, position=3))
    await links.look()
    assert [hand.ended for hand in scene.hands] == [False]


async def test_the_calls_of_a_source_are_judged_when_it_is_taken_up_and_over_when_it_is_removed(scene: Scene) -> None:
    own = CallEvent(event=EventKind.RINGING, at=NOW, source="pbx", native_id="1")
    other = msgspec.structs.replace(own, source="modem")
    linked = CallEvent(event=EventKind.LINKED, at=NOW, source="pbx", native_id="2", linked_id="3")
    for event in (own, other, linked):
        await scene.room.hear(Report(source=event.source, events=(event,), lines=(MAIN,)))
    await scene.put(PBX)
    with patch("server.links.Left", side_effect=Left) as judged:
        links = links_of(scene)
        await links.look()
    (_held, _line, left, *_more) = judged.call_args.args
    assert {key for call in left for key in call.sources} == {
        SourceKey("pbx", "1"),
        SourceKey("pbx", "2"),
        SourceKey("pbx", "3"),
    }
    with patch.object(scene.central, "sources", return_value=()):
        await links.look()
        await links.gone()
    assert [call.sources[0].source for call in await scene.central.live()] == ["modem"], "nobody tells of the others"


async def test_a_link_that_could_not_be_taken_up_is_taken_up_at_the_next_look(scene: Scene) -> None:
    await scene.put(PBX)
    links = links_of(scene)
    with patch.object(scene.central, "live", side_effect=Unavailable("locked")), pytest.raises(Unavailable):
        await links.look()
    await links.look()
    assert [hand.begun for hand in scene.hands] == [True]


async def test_what_another_process_holds_is_left_to_it(scene: Scene) -> None:
    await scene.put(PBX)
    links = links_of(scene)
    with patch.object(scene.store, "holds", return_value=False):
        await links.look()
        assert scene.hands == []
    await links.look()
    assert len(scene.hands) == 1
    with patch.object(scene.store, "holds", return_value=False):
        await links.look()
    assert scene.hands[0].ended


async def test_a_url_that_cannot_be_used_is_said_and_takes_nothing_else_with_it(scene: Scene) -> None:
    await scene.put(msgspec.structs.replace(PBX, id="odd", url="bad"), PBX)
    links = links_of(scene)
    with patch("server.links.LOOK", 0.01):
        running = asyncio.create_task(links.run())
        await _until(lambda: bool(scene.standings.of("main").sources))
        running.cancel()
        await asyncio.wait({running})
    assert len(scene.hands) == 1
    (_, notice) = scene.said[0]
    (odd,) = notice.sources
    assert (odd.id, odd.level, odd.words) == (
        "odd",
        Level.BROKEN,
        "the server cannot use this source: this is no url",
    )


async def test_a_database_that_is_away_for_a_moment_ends_no_link(scene: Scene) -> None:
    await scene.put(PBX)
    links = links_of(scene)
    with patch("server.links.LOOK", 0.01):
        running = asyncio.create_task(links.run())
        await _until(lambda: bool(scene.hands))
        with patch.object(scene.central, "sources", side_effect=Unavailable("away")):
            await asyncio.sleep(0.05)
        assert not scene.hands[0].ended
        await scene.hands[0].says(EventKind.RINGING)
        await scene.until("ringing")
        running.cancel()
        await asyncio.wait({running})
    assert [hand.ended for hand in scene.hands] == [True]


async def _until(done: object) -> None:
    assert callable(done)
    async with asyncio.timeout(30):
        while not done():
            await asyncio.sleep(0.01)
