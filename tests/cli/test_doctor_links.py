"""How the lines of a server stand, as its log has it."""

import json
from pathlib import Path

from cli.doctor_links import stood
from ringdesk.dialects import Level


def line(event: str, source: str, stands: str = "ok", code: str = "line_ok", **more: object) -> str:
    said = {"event": event, "source": source, "dialect": "ami", "stands": stands, "code": code}
    return json.dumps({**said, "values": {"port": "pbx"}, "why": "in English", "detail": None, "level": "info", **more})


def test_the_last_word_on_each_line_that_is_listened_to(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    said = [
        line("link.stands", "a", "broken", "port_refused", detail="[Errno 111]"),
        line("login", "a"),
        "half of a li",
        '["another shape"]',
        line("link.stands", "b", "broken", "port_refused"),
        line("link.stands", "b"),
        line("link.stands", "c"),
        line("link.let_go", "c"),
        line("link.stands", "d", "warning", "code_of_a_package"),
        line("link.stands", "e", "broken", "ami_no_secret"),
    ]
    log.write_text("\n".join(said) + "\n")
    found = {each.check: each for each in stood(log)}
    assert {check: (each.ok, each.level, each.why.code) for check, each in found.items()} == {
        "source a": (False, Level.BROKEN, "port_refused"),
        "source b": (True, Level.OK, "line_ok"),
        "source d": (False, Level.WARNING, "served_words"),
        "source e": (False, Level.BROKEN, "ami_no_secret"),
    }
    assert found["source a"].said == "[Errno 111]"
    assert found["source d"].message == "in English"
    assert found["source b"].for_people().endswith("b at the server: pbx is open and listening")


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"{line('link.stands', 'a')}\n{'x' * 3_000_000}\n{line('link.stands', 'b')}\n")
    assert [each.check for each in stood(log)] == ["source b"]


def test_a_log_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert list(stood(tmp_path / "server.log")) == []
