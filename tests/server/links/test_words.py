"""What is told of a link: to the log and to desks, and what is kept from both."""

import logging

import msgspec
import pytest

from config import registry
from ringdesk.dialects import Level, Notice
from ringdesk.safetext import SafeText
from ringdesk.servedwords import at_server
from ringdesk.why import ENGLISH, Why
from server.links.held import Held
from server.links.told import MAX_TEXT, STANDS, Told
from tests.server.links.line import DOWN, MAIN, PBX, UP, Scene

SECRET = msgspec.structs.replace(PBX, secrets="ringdesk:Geheim77\nold-one")


def stands(scene: Scene) -> tuple[str, str | None]:
    (source,) = scene.standings.of("main").sources
    return source.level.value, source.detail


async def test_it_is_told_once_until_it_is_otherwise(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ringdesk.server.links")
    told = Told(scene.standings)
    for notice in (None, DOWN, DOWN, UP, UP, DOWN):
        told.tell((PBX, (MAIN,)), notice)
    records = [record for record in caplog.records if record.message == STANDS]
    levels = [(record.levelname, record.__dict__["stands"]) for record in records]
    assert levels == [("WARNING", "broken"), ("WARNING", "ok"), ("WARNING", "broken")], "well again is said as loud"
    (source,) = scene.standings.of("main").sources
    assert (source.id, source.label, source.level, source.dialect) == ("pbx", "front", "broken", "ami")
    assert scene.standings.of("north").sources == ()
    told.forget("pbx")
    assert scene.standings.of("main").sources == ()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("-ERR invalid: auth Geheim77", "-ERR invalid: auth ***"),
        ("ringdesk:Geheim77 is wrong", "*** is wrong"),
        ("old-one?", "***?"),
        ("Key: 0f1e2d3c4b5a69788796a5b4c3d2e1f0", "Key: ***"),
        ("Permission denied for 0965118402", "Permission denied for ***"),
        ("[Errno 111] 192.168.100.200:50380 refused", "[Errno 111] 192.168.100.200:50380 refused"),
        ("x" * 1000, "x" * MAX_TEXT),
    ],
)
async def test_no_secret_and_no_number_of_what_an_exchange_says_goes_on(
    scene: Scene, caplog: pytest.LogCaptureFixture, said: str, shown: str
) -> None:
    notice = Notice(Level.BROKEN, Why("line_ok", {"port": said}), SafeText(said))
    Told(scene.standings).tell((SECRET, (MAIN,)), notice)
    (source,) = scene.standings.of("main").sources
    assert (source.detail, source.why.args["port"]) == (shown, shown)
    assert said == shown or said not in caplog.text


async def test_what_a_dialect_says_of_a_secret_file_is_said_of_the_secrets_of_the_source(scene: Scene) -> None:
    held = Held((PBX, (MAIN,)), scene.central, lambda: scene.now)
    held.stand("pbx", Notice(Level.BROKEN, Why("ami_no_secret")))
    Told(scene.standings).tell((PBX, (MAIN,)), held.notice)
    (source,) = scene.standings.of("main").sources
    assert 'secrets = ["user:password"]' in source.words
    assert at_server(DOWN.why) is DOWN.why, "everything else stays as it is"


def test_no_word_of_a_dialect_that_logs_in_names_a_secret_file_to_the_server() -> None:
    for name in ("ami", "esl", "sip"):
        registry.find(name)
    for code in [code for code in ENGLISH if code.startswith(("ami_", "esl_", "sip_"))]:
        words = at_server(Why(code)).english()
        assert "secret file" not in words
        assert "secret-file" not in words
