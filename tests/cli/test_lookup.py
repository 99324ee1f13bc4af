"""`ringdesk lookup`: takes no lock, changes nothing, prints readable lines or JSON."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import main
from config.load import places
from ringdesk.members import MemberNumber
from ringdesk.ops import MemberAdd, MemberFields
from ringdesk.safetext import SafeText
from terminal import words
from terminal.serverclock import ServerClock
from terminal.store.held import FILE
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, Ids


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """The language is that of the process, so that of the next test."""
    yield
    words.language("en")


async def fill(folder: Path) -> Store:
    store = await Store.open(folder, ids=Ids(), clock=ServerClock(lambda: 0.0))
    numbers = (MemberNumber(SafeText("0912-345-678"), "+886912345678"),)
    fields = MemberFields(name=SafeText("林美玲"), numbers=numbers)
    await store.save(MemberAdd(code=SafeText("A1"), fields=fields), actor=ACTOR)
    return store


async def filled_and_closed(folder: Path) -> None:
    await (await fill(folder)).close()


def test_json_and_lines(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    asyncio.run(filled_and_closed(tmp_path))
    assert main(["lookup", "678", "--data", str(tmp_path), "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out) == {
        "member": "00000000-0000-7000-8000-000000000001",
        "name": "林美玲",
        "why": "the number ends in 678",
        "why_code": "tail_matches",
        "guess": True,
    }
    assert main(["lookup", "0912345678", "--data", str(tmp_path)]) == 0
    line = capsysbinary.readouterr().out.decode()
    assert line == "林美玲 [A1]  0912-345-678  (this number is on the member's card)\n"


def test_people_read_numbers_as_they_write_them_and_programs_nothing_else(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    numbers = [("0912345678", "+886912345678"), ("0227082989", "+886227082989"), ("0044 20 7946 0958", "+442079460958")]

    async def filled() -> None:
        store = await fill(tmp_path)
        known = tuple(MemberNumber(SafeText(raw), e164) for raw, e164 in [*numbers, ("12 34", None)])
        await store.save(MemberAdd(fields=MemberFields(name=SafeText("王大明"), numbers=known)), actor=ACTOR)
        await store.close()

    asyncio.run(filled())
    for language, why in (("en", "(the name starts with 王)"), ("zh-Hant", "姓名開頭是")):
        assert main(["lookup", "王", "--data", str(tmp_path), "--language", language]) == 0
        line = capsysbinary.readouterr().out.decode()
        assert line.startswith("王大明  0912-345-678, (02)2708-2989, +44 20 7946 0958, 12 34  ("), line
        assert why in line, line
    assert main(["lookup", "王", "--data", str(tmp_path), "--json", "--language", "zh-Hant"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["why"] == "the name starts with 王"


async def test_it_takes_no_lock(tmp_path: Path) -> None:
    store = await fill(tmp_path)
    try:
        before = (tmp_path / FILE).read_bytes()
        assert await asyncio.to_thread(main, ["lookup", "林", "--data", str(tmp_path), "--json"]) == 0
        assert (tmp_path / FILE).read_bytes() == before
    finally:
        await store.close()


def test_nobody_is_no_error(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    asyncio.run(filled_and_closed(tmp_path))
    assert main(["lookup", "王", "--data", str(tmp_path)]) == 0
    assert capsysbinary.readouterr().out == b""


def test_no_directory_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lookup", "x", "--data", str(tmp_path / "none")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "holds no replica" in error


def test_without_a_directory_it_looks_where_the_desk_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    usual, other = places().data, tmp_path / "other"
    assert main(["lookup", "678"]) == 2
    assert f"{usual} holds no replica".encode() in capsysbinary.readouterr().err
    for folder in (usual, other):
        folder.mkdir(parents=True)
    asyncio.run(filled_and_closed(usual))
    assert main(["lookup", "678"]) == 0
    assert "林美玲" in capsysbinary.readouterr().out.decode()
    settings = tmp_path / "ringdesk.toml"
    settings.write_text('[desk]\ndata = "other"\n')
    assert main(["lookup", "678", "--config", str(settings)]) == 2
    assert f"{other} holds no replica".encode() in capsysbinary.readouterr().err
