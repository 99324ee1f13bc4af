"""The area code, as far as the numbers show that it is missing or wrong."""

import asyncio
import time
from pathlib import Path

import pytest

from cli.doctor_area import DAYS, Place, misread, of_calls
from ringdesk.calls import Call, Caller, CallState, Direction, Presentation
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from tests.terminal.desk.place import opened

TAIPEI = Place("TW", "2")


def codes(why: Why | None) -> str:
    return "" if why is None else why.code


@pytest.mark.parametrize(
    ("raws", "place", "code"),
    [
        pytest.param(["27208889", "23456789"], Place("TW", ""), "line_area_missing", id="none is set"),
        pytest.param(["27208889"], TAIPEI, "", id="the right one"),
        pytest.param(["0227208889", "0912345678"], Place("TW", ""), "", id="they come with it"),
        pytest.param(["5551234"], TAIPEI, "line_area_wrong", id="too short for this place"),
        pytest.param(["801", "110", "anonymous", "P", ""], Place("TW", ""), "", id="no numbers of a place"),
        pytest.param([], TAIPEI, "", id="none came"),
    ],
)
def test_what_the_numbers_show(raws: list[str], place: Place, code: str) -> None:
    assert codes(misread(raws, [place])) == code


def test_a_number_is_counted_once_and_the_codes_that_fit_are_named() -> None:
    why = misread(["2345678", "2345678", "0912345678"], [TAIPEI])
    assert why is not None
    assert (why.args["count"], why.args["area"]) == ("1", "02")
    assert "03" in why.args["fits"].split(", ")


def test_a_number_that_one_of_the_lines_can_read_is_well() -> None:
    assert misread(["5551234"], [TAIPEI, Place("TW", "3")]) is None
    assert codes(misread(["123456789"], [TAIPEI])) != "line_area_wrong", "no code makes a number of it"


def call(name: str, raw: str, e164: str | None = None, **more: object) -> Call:
    fields: dict[str, object] = {
        "id": name,
        "state": CallState.ENDED,
        "caller": Caller(SafeText(raw), e164, Presentation.SHOWN),
        "started": time.time() - 60,
        "ended": time.time() - 50,
    }
    return Call(**fields | more)  # type: ignore[arg-type]


def test_the_calls_of_a_desk_are_looked_at(tmp_path: Path) -> None:
    calls = (
        call("a", "5551234"),
        call("b", "0912345678", "+886912345678"),
        call("c", "5559999", direction=Direction.OUT),
        call("d", "5558888", started=time.time() - DAYS * 86_400 - 60),
    )

    async def fill() -> None:
        async with opened(tmp_path, calls=calls):
            pass

    asyncio.run(fill())
    (found,) = of_calls(tmp_path / "replica.db", time.time(), [TAIPEI])
    assert (found.check, found.ok, found.why.code, found.why.args["count"]) == (
        "area code",
        False,
        "line_area_wrong",
        "1",
    )
    assert list(of_calls(tmp_path / "replica.db", time.time(), [TAIPEI, Place("TW", "3")])) == []
    assert list(of_calls(tmp_path / "none.db", time.time(), [TAIPEI])) == []
