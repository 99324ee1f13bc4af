"""What commits between two reads of the hub: held open here on purpose, on a real database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.wire.codec import decode_from_server
from ringdesk.wire.messages import Changes, FromServer
from ringdesk.wire.signing import ServerKey
from server.accept import import_rows
from server.fanout import Wake
from server.hub import Hub, Terminal
from server.store.base import Store
from server.store.sqlite import open_store
from server.store.values import Device, Enrolment, Entry

ENTRY = Entry(at=1.0, actor="test", action="test")
KEY = ServerKey(b"k" * 32)
Hook = Callable[[], Awaitable[None]]


class Held:
    """An `Order` whose next slice is held open: `before` runs just before it is read, `after` just after."""

    def __init__(self, order: Any) -> None:
        self._order = order
        self.before: Hook | None = None
        self.after: Hook | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._order, name)

    async def slice(self, *given: Any) -> Any:
        before, self.before = self.before, None
        after, self.after = self.after, None
        if before:
            await before()
        found = await self._order.slice(*given)
        if after:
            await after()
        return found


class HeldStore(msgspec.Struct):
    order: Held
    register: Any


class Line:
    """An outlet and a websocket that remember."""

    def __init__(self) -> None:
        self.said: list[FromServer] = []
        self.closed: str | None = None

    def offer(self, payload: bytes, frame: bytes | None = None) -> None:
        self.said.append(decode_from_server(payload))

    def backlog(self) -> int:
        return 0

    async def close(self, code: int, reason: str) -> None:
        self.closed = reason

    @property
    def members(self) -> list[str]:
        return [image.id for said in self.said if isinstance(said, Changes) for image in said.page.images]


class Scene:
    """A hub, a device that is connected, and a way to commit."""

    def __init__(self, store: Store, device: Device, server_epoch: str) -> None:
        self.store = store
        self.order = Held(store.order)
        self.hub = Hub(cast("Store", HeldStore(self.order, store.register)), Wake(), lambda: 0.0)
        self.line = Line()
        line = cast("Any", self.line)
        self.terminal = Terminal(line, line, device, ("org@clear",), server_epoch)
        self.hub.join(self.terminal)

    async def commit(self, member: str) -> None:
        rows = [("member", Member(id=member, name=SafeText(member)))]
        await import_rows(self.store.order, KEY, rows, ENTRY)

    async def turn(self) -> None:
        self.hub._next_org = 0.0
        await self.hub._turn()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    store = await open_store(f"sqlite:///{tmp_path / 's.db'}", link=lambda _a, _b: "", random_id=iter("ab").__next__)
    await store.register.add_enrolment(Enrolment(secret_hash="s", site="main", cls="desk", expires=9.0), ENTRY)
    made = Device(id="d1", name="d1", cls="desk", site="", public_key=b"k", epoch="e1")
    device = await store.register.enrol("s", made, 1.0, ENTRY)
    scene = Scene(store, device, (await store.order.space()).server_epoch)
    await scene.turn()
    yield scene
    await store.close()


async def test_a_change_between_a_pull_and_its_end_is_sent_at_the_next_turn(scene: Scene) -> None:
    async def meanwhile() -> None:
        await scene.commit("late")
        await scene.turn()

    scene.order.after = meanwhile
    await scene.hub.pull(scene.terminal, "org@clear", 0, 65536)
    assert scene.line.members == []
    await scene.turn()
    assert scene.line.members == ["late"]


async def test_a_revocation_between_news_and_page_comes_before_the_page(scene: Scene) -> None:
    async def meanwhile() -> None:
        await scene.store.register.revoke_device("d1", ENTRY)
        await scene.commit("later")

    await scene.hub.pull(scene.terminal, "org@clear", 0, 65536)
    await scene.commit("earlier")
    scene.order.before = meanwhile
    await scene.turn()
    assert scene.line.members == []
    assert scene.terminal.leaving


async def test_a_pull_that_sees_the_revocation_gives_nothing(scene: Scene) -> None:
    await scene.commit("one")
    await scene.store.register.revoke_device("d1", ENTRY)
    await scene.hub.pull(scene.terminal, "org@clear", 0, 65536)
    assert scene.line.said == []


async def test_a_session_of_another_history_is_sent_away(scene: Scene) -> None:
    await scene.hub.pull(scene.terminal, "org@clear", 0, 65536)
    await scene.store.order.roll_back("b", "c", ENTRY)
    await scene.store.order.roll_back("a", "c", ENTRY)
    await scene.commit("one")
    await scene.turn()
    assert scene.line.members == []
    assert scene.terminal.leaving
