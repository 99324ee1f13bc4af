"""`ringdesk setup` as a person and as a script start it: over pipes, with a pty as the modem, and with a real server."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from cli.setup_console import Console, Wrong
from cli.setup_console import spoken as told
from cli.setup_line import addressed, no_number, probe, spec_of, warn_of_names
from cli.setup_place import aloud
from cli.setup_server import check_address
from ringdesk.dialects import Level
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from terminal.widgets.speech import say
from tests.cli.processes import PATIENCE, child, environment
from tests.flows.processes import Shop, shop
from tests.terminal.plain.talking import spoken

QUICK = ("--no-source", "--ring", "skip", "--embedded")


def setup(room: Path, *words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "cli.main", "setup", "--config", str(room / "ringdesk.toml"), *words]
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=180, env=environment(room), check=False
    )


def written(room: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((room / "ringdesk.toml").read_text(encoding="utf-8"))


def statuses(done: "subprocess.CompletedProcess[str]") -> list[dict[str, str]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[str]:
    """A modem on a pty (a socket where there is none), which rings four seconds after it is set up."""
    wire = ["--pty"] if os.name == "posix" else ["--listen", "127.0.0.1:0"]
    words = [
        "simulate",
        "modem",
        *wire,
        "--call",
        "0912345678",
        "--after",
        "2",
        "--cadence",
        "1",
        "--calls",
        "20",
        "--every",
        "6",
    ]
    with child(tmp_path, *words) as it:
        yield str(it.until(lambda line: "listening" in line)["listening"])


@pytest.mark.parametrize(
    ("number", "asked", "ring", "popped", "start"),
    [
        (
            "2",
            "Country of the lines",
            "The number came: 0912-345-678",
            "Line 1 rings: 林美玲 Ms",
            "Start with: ringdesk desk",
        ),
        ("1", "電話線路所在國家", "收到號碼：0912-345-678", "1 線響了：林美玲 小姐", "啟動方式：ringdesk desk"),
    ],
)
def test_from_nothing_to_the_test_call(
    tmp_path: Path, modem: str, number: str, asked: str, ring: str, popped: str, start: str
) -> None:
    (tmp_path / "ringdesk.toml").write_text("# the shop at the corner\n[general]\ntheme = 'light'\n", encoding="utf-8")
    typed = f"{number}\nTW\n2\n\n"  # language, country, area, the example
    done = setup(tmp_path, "--source", modem, "--ring", "wait", "--embedded", typed=typed)
    assert done.returncode == 0, done.stdout + done.stderr
    for wanted in (asked, ring, popped, start):
        assert wanted in done.stdout
    assert "\x1b" not in done.stdout
    assert "# the shop at the corner" in (tmp_path / "ringdesk.toml").read_text(encoding="utf-8")
    file = written(tmp_path)
    assert file["general"] == {"theme": "light", "area": "2", "language": "en" if number == "2" else "zh-Hant"}
    assert file["desk"] == {"sources": [f"{modem}?line=1"]}


def test_what_is_typed_wrong_is_said_and_asked_again(tmp_path: Path, modem: str) -> None:
    typed = f"2\nXX\n台灣\nTW\n02\n\n9\n1\ntcp://pbx:5038\nhttp://:8791\n{modem}\n3\n1\n怡君\n信義店\n"
    done = setup(tmp_path, typed=typed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "XX is no country with telephones; write two letters, as in `TW`" in done.stdout
    assert "TW is no area code; write it as in 02" in done.stdout
    assert "There is no 9 to choose; type a number from 1 to 4." in done.stdout
    assert done.stdout.count("add ?dialect=generic") == 1
    assert "add ?dialect=ami or another dialect" in done.stdout
    assert written(tmp_path)["desk"] == {"sources": [f"{modem}?line=1"], "user": "怡君", "name": "信義店"}
    assert written(tmp_path)["general"]["area"] == "2"


def test_a_script_asks_nothing_and_reads_status_lines(tmp_path: Path) -> None:
    done = setup(tmp_path, "--yes", "--json", "--language", "en", "--region", "tw", "--area", "02", *QUICK)
    assert done.returncode == 0, done.stderr
    lines = statuses(done)
    assert [(line["step"], line["state"]) for line in lines] == [
        ("language", "done"),
        ("region", "done"),
        ("line", "done"),
        ("ring", "skipped"),
        ("server", "done"),
        ("call", "done"),
        ("write", "done"),
    ]
    assert written(tmp_path) == {"general": {"language": "en", "area": "2"}}


def test_quit_keeps_the_answers_and_the_next_time_proposes_them(tmp_path: Path) -> None:
    done = setup(tmp_path, typed="2\nTW\n4\n\nquit\n")
    assert done.returncode == 0
    assert written(tmp_path) == {"general": {"language": "en", "area": "4"}}
    done = setup(tmp_path, "--only", "region", typed="\n\n\n")
    assert "[04]" in done.stdout
    assert written(tmp_path) == {"general": {"language": "en", "area": "4"}}


def test_back_asks_the_step_before_again_and_skip_leaves_it(tmp_path: Path) -> None:
    done = setup(tmp_path, "--no-source", "--embedded", typed="2\nTW\nback\nback\n1\nskip\n")
    assert done.returncode == 0, done.stderr
    assert written(tmp_path) == {"general": {"language": "zh-Hant"}}


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_ended_and_the_end_of_input_leave_everything_as_it_was(tmp_path: Path, told: signal.Signals) -> None:
    file = tmp_path / "ringdesk.toml"
    file.write_text('[general]\narea = "7"\n', encoding="utf-8")
    before = file.read_bytes()
    done = setup(tmp_path, typed="2\nTW\n")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert file.read_bytes() == before
    command = [sys.executable, "-m", "cli.main", "setup", "--config", str(file)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"2\nTW\n3\n")
        process.stdin.flush()
        said = b""
        deadline = time.monotonic() + PATIENCE
        while b"A check" not in said:
            assert time.monotonic() < deadline
            said += process.stdout.readline()
        process.send_signal(told)
        said_at_the_end = process.stdout.read()
        assert process.wait(PATIENCE) == 130
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.glob("ringdesk.toml*")] == ["ringdesk.toml"]
    assert b"goes on with your answers" in said_at_the_end
    done = setup(tmp_path, "--no-source", "--embedded", "--only", "region", typed="\n\n\n")
    assert "answers of the setup that was broken off" in done.stdout
    assert "[03]" in done.stdout
    assert written(tmp_path) == {"general": {"area": "3", "language": "en"}}
    assert "broken off" not in setup(tmp_path, "--only", "region", typed="\n\n\n").stdout


def test_a_server_is_joined_with_a_login_that_is_really_tried(tmp_path: Path) -> None:
    with shop(tmp_path) as it:
        it.start_server()
        words = [
            "--yes",
            "--json",
            "--language",
            "en",
            "--no-source",
            "--ring",
            "skip",
            "--data",
            str(tmp_path / "desk"),
        ]
        words += ["--server", f"ws://{it.address}/sync", "--user", "mei"]
        wrong = tmp_path / "wrong"
        wrong.write_text("not it\n")
        done = setup(tmp_path, *words, "--password-file", str(wrong), "--enrol", code(it))
        assert (done.returncode, statuses(done)[-1]["state"]) == (1, "failed")
        assert not (tmp_path / "ringdesk.toml").exists()
        done = setup(tmp_path, *words, "--password-file", str(tmp_path / "password"))
        assert done.returncode == 0, done.stderr
        assert "Signed in as mei, in main." in done.stderr
        desk = written(tmp_path)["desk"]
        assert desk["server"] == f"ws://{it.address}/sync"
        assert (desk["user"], desk["password_file"]) == ("mei", str(tmp_path / "password"))


def code(it: Shop) -> str:
    return str(json.loads(it.admin("enrol", "--store", "main", "--class", "desk"))["code"])


@pytest.mark.parametrize(
    ("raw", "area", "english", "chinese"),
    [
        ("02-2345-6789", "2", "is (02)2345-6789 (+886223456789), a fixed line.", "市話"),
        ("2345-6789", "2", "is (02)2345-6789", "市話"),
        ("0912345678", "", "a mobile telephone.", "行動電話"),
    ],
)
def test_a_number_is_read_aloud(raw: str, area: str, english: str, chinese: str) -> None:
    assert english in aloud(raw, "TW", area)
    with spoken("zh_TW"):
        assert chinese in aloud(raw, "TW", area)


def test_a_ring_without_a_number_has_its_reasons_in_both_languages() -> None:
    assert any("not subscribed" in line for line in no_number())
    with spoken("zh_TW"):
        assert any("沒有申請來電顯示" in line for line in no_number())


def test_a_ring_without_a_number_says_the_reasons(tmp_path: Path) -> None:
    words = ["simulate", "modem", "--listen", "127.0.0.1:0", "--call", "", "--rings", "1", "--after", "2"]
    with child(tmp_path, *words) as it:
        source = str(it.until(lambda line: "listening" in line)["listening"])
        done = setup(
            tmp_path,
            "--language",
            "en",
            "--region",
            "TW",
            "--area",
            "2",
            "--source",
            source,
            "--ring",
            "wait",
            "--embedded",
        )
    assert "It rings." in done.stdout
    assert "no number came" in done.stdout
    assert "not subscribed" in done.stdout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("COM3", "serial://COM3?line=1"),
        ("/dev/ttyACM0", "serial:///dev/ttyACM0?line=1"),
        (" socket://10.0.0.5:7000 ", "socket://10.0.0.5:7000?line=1"),
        ("serial:///dev/ttyACM0?line=front", "serial:///dev/ttyACM0?line=front"),
        ("serial:///dev/ttyACM0?baud=9600", "serial:///dev/ttyACM0?baud=9600&line=1"),
        ("replay:calls.jsonl", "replay:calls.jsonl"),
        ("tcp://pbx:5038?dialect=ami", "tcp://pbx:5038?dialect=ami"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_bare_port_is_an_address_and_a_line_has_a_name(typed: str, meant: str) -> None:
    assert addressed(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("shop-server.local", "wss://shop-server.local:8780/sync"),
        ("shop-server.local:9000", "wss://shop-server.local:9000/sync"),
        ("localhost:8790", "ws://localhost:8790/sync"),
        ("ws://127.0.0.1:8790", "ws://127.0.0.1:8790/sync"),
        ("wss://shop/sync", "wss://shop/sync"),
        ("wss://shop:8443", "wss://shop:8443/sync"),
        ("ｓｈｏｐ：８７８０", "wss://shop:8780/sync"),
        ("[::1]:8790", "ws://[::1]:8790/sync"),
    ],
)
def test_a_server_goes_by_its_name(typed: str, meant: str) -> None:
    assert check_address(typed) == meant


@pytest.mark.parametrize("typed", ["", "http://shop", "two words", "shop:notaport"])
def test_what_is_no_server_is_said_in_the_language_of_the_conversation(typed: str) -> None:
    with spoken("zh_TW"), pytest.raises(Wrong) as caught:
        check_address(typed)
    assert "不是伺服器位址" in caught.value.said
    assert "is no address of a server" in str(caught.value)


def test_a_language_without_words_is_refused(tmp_path: Path) -> None:
    done = setup(tmp_path, "--yes", "--language", "zz", *QUICK)
    assert (done.returncode, done.stderr) == (
        2,
        "ringdesk: there are no words in the language zz; use `en` or `zh-Hant`\n",
    )
    assert not (tmp_path / "ringdesk.toml").exists()


def test_a_place_that_cannot_be_written_is_said_before_any_question(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = setup(tmp_path, "--config", str(tmp_path / "file" / "ringdesk.toml"), typed="2\n")
    assert done.returncode == 2
    assert "give another file with --config" in done.stderr
    assert "Language" not in done.stdout


def test_a_script_hears_that_the_line_does_not_answer(tmp_path: Path) -> None:
    words = ["--yes", "--json", "--only", "line", "--source", str(tmp_path / "nothing")]
    done = setup(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    line = statuses(done)[0]
    assert (line["step"], line["state"]) == ("line", "done")
    assert "does not exist" in line["trouble"]


def test_only_what_was_wrong_is_asked_again(tmp_path: Path) -> None:
    """Address, name, password, code: what is wrong in itself, or answers nothing, is asked again at once and alone; a wrong
    password with its name."""
    with shop(tmp_path) as it:
        it.start_server()
        right = code(it)
        file = tmp_path / "code.txt"
        file.write_text(f"{right}\n")
        typed = ["2", "127.0.0.1:1", "192.168.1", it.address, "", "mei", "", "wrong password", "ABCD-EFGH", str(file)]
        typed += ["", "correct horse battery"]
        done = setup(
            tmp_path, "--language", "en", "--only", "server", "--data", str(tmp_path / "desk"), typed="\n".join(typed)
        )
        assert done.returncode == 0, done.stdout + done.stderr
        said = done.stdout
        assert said.count("Address of the server") == 3
        assert said.count("User:") == 3
        assert said.count("Enrolment code") == 2
        for words in (
            "not whole",
            "192.168.1 is no address of a server",
            "asks for the name of a user",
            "asks for the password of this user",
            "The server cannot be reached",
            "The name or the password is wrong.",
            "Signed in as mei",
        ):
            assert words in said
        assert written(tmp_path)["desk"]["user"] == "mei"
        assert written(tmp_path)["general"] == {"language": "en"}


ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
"""Two Latin words in a row: a sentence that nobody translated."""


def english_in(said: str, *known: str) -> "re.Match[str] | None":
    """English in what was said, but for names, and what is `known`."""
    rest = re.sub(r"`[^`]*`|ringdesk: |ringdesk desk.*|語言 Language.*", "", said)
    for name in known:
        rest = rest.replace(name, "")
    return ENGLISH.search(rest)


class TestTheChineseConversation:
    """Nothing in it is English, whatever goes wrong."""

    @pytest.mark.skipif(os.name != "posix", reason="other names of ports")
    @pytest.mark.parametrize("port", ["/dev/ttyUSB9", "COM9", "/dev/null", "/proc/version", "socket://127.0.0.1:1"])
    def test_a_port_that_cannot_be_opened_says_what_to_do(self, port: str, capsys: pytest.CaptureFixture[str]) -> None:
        with spoken("zh_TW"):
            notice = probe(Console(yes=False, json=False), addressed(port), "TW", "2")
        assert notice.level is Level.BROKEN
        said = capsys.readouterr().out
        assert not english_in(said, port, "127.0.0.1:1"), said
        assert "rrno" not in said
        assert "；請" in said

    @pytest.mark.parametrize(
        "typed",
        [
            *(
                "tcp://pbx:5038",
                "http://:8791",
                "serail://x",
                "socket:x",
                "socket://x",
                "udp://x",
                "serial://",
                "replay:",
            ),
            *(
                "serial://COM3?colour=red",
                "serial://COM3?id=",
                "serial://COM3?line=1&line=2",
                "serial://COM3?dialect=x",
            ),
            "serial://COM3?dialect=twilio",
        ],
    )
    def test_an_address_that_cannot_be_used_is_refused_in_words(self, typed: str) -> None:
        with spoken("zh_TW"), pytest.raises(BadInput) as caught:
            spec_of(typed, "TW", "2")
        with spoken("zh_TW"):
            assert not english_in(told(caught.value)), told(caught.value)
        assert english_in(str(caught.value)), "the log and programs read English"

    @pytest.mark.parametrize(
        ("words", "typed", "code"),
        [
            (("--region", "XX"), "", 2),
            (("--only", "region"), "TW\n", 2),
            (("--only", "server"), "2\n127.0.0.1:1\n", 2),
            (("--only", "server", "--server", "127.0.0.1:1", "--user", "mei", "--password-file", "none"), "", 2),
            (("--config", "file/ringdesk.toml"), "", 2),
            (("--source", "tcp://pbx:5038"), "\n\n\n", 2),
        ],
    )
    def test_what_ends_it_is_said_in_chinese_too(
        self, tmp_path: Path, words: tuple[str, ...], typed: str, code: int
    ) -> None:
        (tmp_path / "file").write_text("")
        given = [str(tmp_path / word) if word.startswith(("file/", "none")) else word for word in words]
        done = setup(tmp_path, "--language", "zh-Hant", *given, typed=typed)
        assert done.returncode == code, done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not english_in(done.stderr, str(tmp_path)), done.stderr


@pytest.mark.parametrize(
    ("chosen", "known", "warned"),
    [
        (("http://:8791?dialect=generic&open=1",), ("serial://COM3?line=1",), True),
        (("serial://COM3?line=1", "http://:8791?dialect=generic&open=1&line=front"), (), True),
        (("http://:8791?dialect=generic&open=1&line=1",), ("serial://COM3?line=1",), False),
        (("http://:8791?dialect=generic&open=1",), ("serial://COM3", "serail://x"), False),
        (("serial://COM4?line=2",), ("serial://COM3?line=1",), False),
    ],
)
def test_who_chooses_webhooks_is_told_what_comes_of_one_line_of_two_names(
    capsys: pytest.CaptureFixture[str], chosen: tuple[str, ...], known: tuple[str, ...], warned: bool
) -> None:
    warn_of_names(Console(yes=True, json=False), chosen, known)
    said = capsys.readouterr().out
    assert ("Calls on lines with different names may be different calls" in said) is warned
    assert ('else each of its calls asks "Same call?", and one without a number pops twice' in said) is warned
    assert ("COM3 hears too, add `&line=1`" in said) is warned


@pytest.mark.parametrize(("width", "rows"), [(200, 1), (100, 2), (80, 2)])
def test_a_prompt_leaves_room_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, rows: int
) -> None:
    console = Console(yes=False, json=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((width, 24)))
    question = say("Port or address, as in `COM3`, `/dev/ttyACM0` or `socket://host:port` (`back`: the list before):")
    prompt = console.last_row(question, SafeText("[1]"))
    said = [*capsys.readouterr().out.splitlines(), prompt]
    assert len(said) == rows
    assert prompt.endswith("[1] ")
    assert cell_len(prompt) <= width - 30
    assert console.last_row(SafeText("x" * (width - 10))) == "> "
