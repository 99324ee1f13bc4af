"""`ringdesk setup`: the way back, checks that fail, lines that are known, a test ring that brought nothing."""

import io
import json
import re
from pathlib import Path

import pytest

from cli import setup_exchange, setup_line
from cli.setup_console import Console, Wrong
from cli.setup_exchange import PROVIDERS, here
from cli.setup_place import ask
from config import registry
from tests.cli.processes import child
from tests.cli.test_setup import ENGLISH, setup, written
from tests.terminal.plain.talking import spoken

pytestmark = pytest.mark.slow  # each walks through the questions in a process of its own; `test_setup` is the short way

KNOWN = "serial:///dev/ttyRINGDESK?line=1"


def asked(said: str) -> list[str]:
    """The questions, as far as their first words."""
    known = ("Country", "Area", "A check", "Number?", "Port or", "Your name", "Name of")
    return [each for line in said.splitlines() for each in known if line.startswith(each)]


def test_back_is_the_question_before_in_whichever_step(tmp_path: Path) -> None:
    typed = ["2", "HK", "back", "TW", "04", "back", "02", "", "back", "02-2345-6789", "quit"]
    done = setup(tmp_path, typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    before = ["Number?", "Country", "Area", "Country", "Area", "A check", "Area", "A check"]
    assert asked(done.stdout) == [*before, "Number?", "A check", "Number?"]
    assert written(tmp_path)["general"] == {"language": "en", "area": "2"}
    assert done.stdout.count("Step 3 of 6") == 2


def test_back_from_the_menu_of_a_line_leads_to_its_address_and_tries_nothing_twice(tmp_path: Path) -> None:
    typed = ["1", "/dev/ttyNONE", "back", "/dev/ttyOTHER", "back", "back", "3"]
    words = ["--language", "en", "--only", "line"]
    done = setup(tmp_path, *words, typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert asked(done.stdout) == ["Number?", "Port or", "Number?", "Port or", "Number?", "Port or", "Number?"]
    assert done.stdout.count("Trying /dev/ttyNONE") == done.stdout.count("Trying /dev/ttyOTHER") == 1
    assert "sources" not in written(tmp_path).get("desk", {})


def test_a_line_that_does_not_work_is_tried_again_changed_or_kept(tmp_path: Path) -> None:
    typed = ["1", "/dev/ttyNONE", "1", "2", "/dev/ttyOTHER", "3"]
    done = setup(tmp_path, "--language", "en", "--only", "line", typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (done.stdout.count("Trying /dev/ttyNONE"), done.stdout.count("Trying /dev/ttyOTHER")) == (2, 1)
    assert written(tmp_path)["desk"] == {"sources": ["serial:///dev/ttyOTHER?line=1"]}


def test_a_number_that_is_none_is_typed_again_or_its_area_changed(tmp_path: Path) -> None:
    typed = ["TW", "04", "12", "1", "34", "2", "", "02", "99", "3"]
    done = setup(tmp_path, "--language", "en", "--only", "region", typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("That is no number on these lines.") == 3
    assert (asked(done.stdout).count("Country"), asked(done.stdout).count("A check")) == (2, 3)
    assert written(tmp_path)["general"]["area"] == "2"


@pytest.mark.parametrize("area", ["0", "00", "09", "1"])
def test_what_is_no_area_code_of_taiwan_is_refused(area: str) -> None:
    console = Console(yes=True, json=False)
    with pytest.raises(Wrong, match=rf"{area} is no area code"):
        ask(console, ("TW", ""), "TW", area)
    assert ask(console, ("TW", ""), "TW", "-") == ("TW", "")
    assert ask(console, ("TW", ""), "TW", "037") == ("TW", "37")


@pytest.mark.parametrize(
    ("way", "kept"),
    [
        (["1"], [KNOWN]),
        (["2", "1", "/dev/ttyOTHER", "3"], ["serial:///dev/ttyOTHER?line=1"]),
        (["3", "1", "/dev/ttyOTHER", "3"], [KNOWN, "serial:///dev/ttyOTHER?line=1"]),
        (["3", "3"], [KNOWN]),
    ],
)
def test_a_line_that_is_known_is_not_replaced_unasked(tmp_path: Path, way: list[str], kept: list[str]) -> None:
    (tmp_path / "ringdesk.toml").write_text(f"[desk]\nsources = ['{KNOWN}']\n", encoding="utf-8")
    done = setup(tmp_path, "--language", "en", "--only", "line", typed="\n".join(way) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"1 keep: {KNOWN}" in done.stdout
    assert written(tmp_path)["desk"] == {"sources": kept}


def test_a_ring_that_brought_nothing_is_tried_again_or_left(tmp_path: Path) -> None:
    words = ["simulate", "modem", "--listen", "127.0.0.1:0", "--call", "", "--rings", "1", "--after", "2"]
    with child(tmp_path, *words, "--calls", "20", "--every", "8") as it:
        source = str(it.until(lambda line: "listening" in line)["listening"])
        (tmp_path / "ringdesk.toml").write_text(f"[desk]\nsources = ['{source}?line=1']\n", encoding="utf-8")
        done = setup(tmp_path, "--language", "en", "--only", "ring", "--json", typed="1\n1\n2\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("Ring this line now") == 2
    assert done.stderr.count("Once more?") == 2
    assert json.loads(done.stdout.splitlines()[0]) == {"step": "ring", "state": "done", "answer": "no_number"}


def test_each_webhook_says_what_it_is_for_in_both_languages() -> None:
    assert set(registry.webhook_names()) == set(PROVIDERS)
    for language in ("en", "zh_TW"):
        with spoken(language):
            for name in PROVIDERS:
                said = str(setup_exchange._described(name))
                assert said.startswith(name)
                assert len(said) > len(name) + 3
                assert (language == "en") or not ENGLISH.search(said), said


def test_the_address_for_the_provider_is_one_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [str(each) for each in setup_exchange._told("", 8791)]
    known = here()
    assert all(re.fullmatch(r"[0-9.]+", each) and not each.startswith("127.") for each in known)
    assert all(any(f"http://{each}:8791/" in line for line in said) for each in known)
    assert not known or not any("THIS-PC" in line for line in said)
    monkeypatch.setattr(setup_exchange, "here", lambda: ["192.0.2.5", "198.51.100.5"])
    first, second, last = map(str, setup_exchange._told("", 8791))
    assert first == "Give the provider this address: http://192.0.2.5:8791/"
    assert "http://198.51.100.5:8791/" in second
    assert "needs a proxy or tunnel" in last
    monkeypatch.setattr(setup_exchange, "here", list)
    for language, word in (("en", "THIS-PC"), ("zh_TW", "這台電腦")):
        with spoken(language):
            address, meant = map(str, setup_exchange._told("", 8791))
        assert f"http://{word}:8791/" in address
        assert word in meant
    assert len(setup_exchange._told("https://pop.shop/r", 8791)) == 1


def test_back_leads_to_no_complaint_of_a_number_that_was_tried(tmp_path: Path) -> None:
    typed = ["TW", "02", "12345", "1", "back", "02", "123", "2", "back"]
    done = setup(tmp_path, "--language", "en", "--only", "region", typed="\n".join(typed) + "\nquit\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("12345: ") == done.stdout.count("123: ") == 1
    assert asked(done.stdout) == [
        *("Country", "Area", "A check", "Number?", "A check"),
        *("Area", "A check", "Number?", "Country", "Country"),
    ]


def test_back_from_the_next_step_leads_to_the_number_and_not_into_what_came_of_it(tmp_path: Path) -> None:
    typed = ["TW", "02", "12345", "3", "back", "02-2345-6789", "quit"]
    done = setup(tmp_path, "--language", "en", typed="\n".join(["", *typed]) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("12345: ") == 1
    assert "02-2345-6789 is " in done.stdout


def test_a_port_goes_by_its_number(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(setup_line, "ports", lambda: ["COM3", "COM7"])
    monkeypatch.setattr("sys.stdin", io.StringIO("9\n2\n"))
    assert setup_line._port_asked(Console(yes=False, json=False), "") == "COM7"
    said = capsys.readouterr().out
    assert "\n1 COM3\n2 COM7\n" in said
    assert "(`back`: the list before)" in said
    assert "9 is no port and no address of a line; write it as the question shows, or `back`." in said
    monkeypatch.setattr("sys.stdin", io.StringIO("socket://10.0.0.5:9000\n"))
    assert setup_line._port_asked(Console(yes=False, json=False), "") == "socket://10.0.0.5:9000"


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_each_step_says_what_it_did(tmp_path: Path, language: str) -> None:
    said = {
        "en": [
            "This step is left as it is.",
            "Nothing is tested: this desk has no line of its own.",
            "a server of its own",
        ],
        "zh-Hant": ["這一步維持原樣，沒有更動。", "這台客服桌沒有自己的線路，不需要響鈴測試。", "使用自己的伺服器"],
    }
    typed = ["skip", "1", "", "", "quit"]
    words = ["--language", language, "--no-source"]
    done = setup(tmp_path, *words, typed="\n".join(typed) + "\n")
    assert [each for each in said[language] if each not in done.stdout] == [], done.stdout


def test_what_was_to_test_is_said_where_there_is_a_line(tmp_path: Path) -> None:
    for how, says in (("skip", "`ringdesk setup --only ring` makes one later"), ("simulate", "is simulated")):
        words = ["--language", "en", "--source", "socket://127.0.0.1:9", "--ring", how, "--only"]
        done = setup(tmp_path, *words, "line", typed="")
        assert "This desk listens to socket://127.0.0.1:9?line=1." in done.stdout
        done = setup(tmp_path, *words, "ring", typed="")
        assert says in done.stdout


def test_settings_that_are_none_are_told_in_the_language_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_TW")
    done = setup(tmp_path, "--config", str(tmp_path), typed="")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "無法讀取" in done.stderr


def test_nothing_to_write_is_said(tmp_path: Path) -> None:
    done = [setup(tmp_path, "--language", "en", "--only", "language", typed="") for _ in range(2)]
    assert "Written: " in done[0].stdout
    assert "Nothing was to write: " in done[1].stdout
