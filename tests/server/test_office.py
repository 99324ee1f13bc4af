"""The administrator's work beside the server: which key belongs to a database, where its audit ends, passwords."""

import sqlite3
from pathlib import Path

import pytest

from ringdesk.errors import BadInput, Refused, RingdeskError
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Denied, Granted
from server import admin
from server.identity.state import KEY_FILE
from tests.server.parts import PASSWORD, ROOTS, Shop, shop

OTHER = "another correct horse"


async def begun(room: Path) -> Shop:
    it = Shop(room)
    await it.person()
    await it.person("ann")
    return it


async def verified(it: Shop) -> int:
    async with it.office() as office:
        return await admin.verify_audit(office)


def script(it: Shop, *statements: str) -> None:
    db = sqlite3.connect(it.room / "server.db")
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


class TestTheKeyOfADatabase:
    async def test_a_database_without_its_key_is_left_alone(self, tmp_path: Path) -> None:
        it = await begun(tmp_path)
        right, it.state = it.state, str(tmp_path / "elsewhere")
        with pytest.raises(BadInput, match="holds no key"):
            await it.person("eve")
        with pytest.raises(BadInput, match="holds no key"):
            await it.start()
        assert not (tmp_path / "elsewhere" / KEY_FILE).exists()
        it.state = right
        assert await verified(it) == 2

    @pytest.mark.parametrize("forgotten", [False, True])
    async def test_another_key_is_refused(self, tmp_path: Path, *, forgotten: bool) -> None:
        """Also where the database is older than fingerprints: its first line of audit tells."""
        it = await begun(tmp_path)
        if forgotten:
            script(it, "UPDATE space SET key_print = ''")
        right, it.state = it.state, str(tmp_path / "elsewhere")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / KEY_FILE).write_bytes(b"x" * 32)
        for attempt in (it.person("eve"), it.start()):
            with pytest.raises(RingdeskError, match=r"belongs to another server\.key.*--state") as caught:
                await attempt
            assert "\n" not in str(caught.value)
        it.state = right
        assert await verified(it) == 2
        await it.start()
        await it.stop()

    @pytest.mark.parametrize("spoil", ["empty", "garbage", "directory"])
    async def test_a_key_that_cannot_be_one_is_said_in_a_line(self, tmp_path: Path, spoil: str) -> None:
        it = await begun(tmp_path)
        key = Path(it.state) / KEY_FILE
        key.unlink()
        if spoil == "directory":
            key.mkdir()
        else:
            key.write_bytes(b"" if spoil == "empty" else b"\xff\x00" * 400)
        with pytest.raises(RingdeskError, match="backup of the state directory") as caught:
            await verified(it)
        assert "\n" not in str(caught.value)

    async def test_a_desk_of_its_own_may_make_a_lost_key_anew(self, tmp_path: Path) -> None:
        it = await begun(tmp_path)
        (Path(it.state) / KEY_FILE).unlink()
        roots = {"clock": ROOTS.clock, "random_id": ROOTS.random_id, "random_bytes": ROOTS.random_bytes}
        async with admin.office(it.database, it.state, renew=True, **roots):  # type: ignore[arg-type]
            pass
        await it.start()
        await it.stop()


class TestTheEndOfTheAudit:
    @pytest.mark.parametrize(
        ("cut", "line"),
        [
            ("DELETE FROM audit WHERE n = 2", "line 2 of the audit is missing, and all up to 2"),
            ("DELETE FROM audit", "line 1"),
        ],
    )
    async def test_lines_cut_off_at_the_end_are_missed(self, tmp_path: Path, cut: str, line: str) -> None:
        it = await begun(tmp_path)
        script(it, cut)
        with pytest.raises(RingdeskError, match=line):
            await verified(it)
        await it.person("eve")  # and what is written after that does not hide it
        with pytest.raises(RingdeskError, match="line"):
            await verified(it)

    async def test_lines_of_an_older_program_are_no_fault(self, tmp_path: Path) -> None:
        it = await begun(tmp_path)
        script(it, "UPDATE space SET audit_n = 1, audit_chain = (SELECT chain FROM audit WHERE n = 1)")
        assert await verified(it) == 2
        await it.person("eve")
        assert await verified(it) == 3


async def test_another_password_is_the_only_one_and_grants_stay(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        desk = await it.terminal()
        async with it.office() as office:
            await admin.set_password(office, "MEI", OTHER)
            with pytest.raises(Refused) as caught:
                await admin.set_password(office, "nobody", OTHER)
            assert caught.value.code == "unknown_user"
            with pytest.raises(BadInput):
                await admin.set_password(office, "mei", "short")
            assert "user.password" in [line.action for line in await office.store.register.audit()]
        assert isinstance(await desk.login("mei", PASSWORD), Denied)
        assert isinstance(await desk.login("mei", OTHER), Granted)


async def test_an_older_database_counts_its_masked_sets_anew(tmp_path: Path) -> None:
    """Its tallies are those of the masks of then; a till would take the set again and again."""
    it = Shop(tmp_path)
    await it.person()
    async with it.office() as office:
        chen = Member(id="m1", honorific=SafeText("0912345678"))
        await admin.import_rows(office, [("member", chen), ("note", Note(id="n1"))])
    columns = ("key_print", "audit_n", "audit_chain")
    wrong = "UPDATE ring SET digest = '00000000000000000000000000000001' WHERE name = 'org@masked'"
    live = "CREATE TABLE live_call (call TEXT PRIMARY KEY, seq INTEGER NOT NULL, due REAL NOT NULL)"
    later = ["DROP TABLE recent_call", live, "DROP TABLE hook", "ALTER TABLE line DROP COLUMN position"]
    later += [f"ALTER TABLE source DROP COLUMN {name}" for name in ("secrets", "open", "position")]
    later += [f"ALTER TABLE space DROP COLUMN {name}" for name in columns]
    later += ["DROP TABLE setting", "DROP TABLE dialled"]
    script(it, *later, wrong, "PRAGMA user_version = 2")
    await it.start()
    till = await it.terminal("till")
    await till.pull("org@masked")  # it compares the tally with its own sum
    assert till.heads["org@masked"].count == 2
    assert till.bodies("org@masked", "member")[0]["honorific"] == "***678"
    assert await verified(it) > 0
    await it.stop()
