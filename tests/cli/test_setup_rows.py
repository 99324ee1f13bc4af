"""`ringdesk setup`, its menus: what is plainly the value of a row is taken as that row."""

from pathlib import Path

import pytest

from cli import setup_line
from cli.setup_console import Console
from cli.setup_exchange import Said, is_meant
from cli.setup_rows import is_host, is_line, is_telephone, is_web_address, port_of
from ringdesk.dialects import Level, Notice
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from tests.cli.test_setup import setup, written
from tests.cli.test_setup_exchange import source
from tests.cli.test_setup_walk import KNOWN
from tests.flows.processes import shop


@pytest.mark.parametrize(
    ("typed", "line", "host"),
    [
        ("/dev/ttyUSB0", True, False),
        (" com3 ", True, False),
        ("socket://10.0.0.5:7000", True, False),
        ("tcp://pbx:5038?dialect=ami", True, False),
        ("http://:8791?dialect=generic&open=1", True, False),
        ("replay:calls.jsonl", True, False),
        ("http://:8791", False, False),
        ("https://pop.shop/r", False, False),
        ("pbx.shop", False, True),
        ("192.0.2.5", False, True),
        ("192.0.2.5:5038", False, True),
        ("[2001:db8::5]:5060", False, True),
        ("pbx:5038", False, True),
        ("localhost", False, True),
        ("9", False, False),
        ("1.5", False, False),
        ("pbx", False, False),
        ("pbx.shop/x", False, False),
        ("mei@pbx.shop", False, False),
        ("two words.shop", False, False),
        ("pbx:port", False, False),
        ("", False, False),
    ],
)
def test_what_is_plainly_a_line_or_a_host(typed: str, line: bool, host: bool) -> None:
    assert (is_line(typed), is_host(typed)) == (line, host)


@pytest.mark.parametrize(
    ("typed", "web"),
    [
        ("https://pop.shop/r", True),
        (" http://192.0.2.5:8791 ", True),
        ("https://pop.shop/r?x=1", False),
        ("http://:8791", False),
        ("http://[", False),
        ("pop.shop", False),
        ("wss://pop.shop", False),
    ],
)
def test_what_is_the_address_of_a_page(typed: str, web: bool) -> None:
    assert is_web_address(typed) is web


@pytest.mark.parametrize("typed", ["http://[", "9" * 5000, "http://[x]/", "sip:[", "//[", "\x00", "serial://["])
def test_whatever_is_typed_no_list_falls_over_it(typed: str) -> None:
    said = Said()
    said.hears(typed)
    assert not is_host(typed)
    assert isinstance(is_line(typed) or is_meant(typed), bool)


def test_what_is_typed_in_full_width_is_meant_in_half_width(tmp_path: Path) -> None:
    typed = [
        "webhooks",
        "ｔｗｉｌｉｏ",
        "９" * 5000,
        "80",
        "８７９９",
        "http://[",
        "ｈｔｔｐｓ：／／ｐｏｐ．ｓｈｏｐ／ｒ",
        "",
        "3",
    ]
    done = setup(tmp_path, "--language", "en", "--only", "line", typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "http://[ is no address that could be called" in done.stdout
    url = source(tmp_path)
    assert url.startswith("http://:8799?dialect=twilio&")
    assert "public=https%3A%2F%2Fpop.shop%2Fr" in url


def test_the_port_and_a_telephone_number() -> None:
    assert (port_of("pbx:5038"), port_of("pbx.shop"), port_of("pbx")) == (5038, None, None)
    assert [is_telephone(text) for text in ("０９１２-345-678", "12", "+886 2", "3 pbx", "")] == [
        *(True, False, True, False, False)
    ]


@pytest.mark.parametrize(
    ("typed", "kind", "kept"),
    [
        ("FreePBX", "ami", ""),
        ("ｅｓｌ", "esl", ""),
        ("pbx.shop:3333", "ncid", "pbx.shop:3333"),
        ("sip:801@pbx.shop", "sip", "pbx.shop"),
        ("https://pop.shop/r", "hook", ""),
        ("3CX", "hook", ""),
        ("pbx.shop", "", "pbx.shop"),
        ("nonsense", "", ""),
    ],
)
def test_a_kind_goes_by_its_name_by_its_port_and_by_a_provider(typed: str, kind: str, kept: str) -> None:
    said = Said()
    assert said.hears(typed) == kind
    assert said.typed == kept
    assert is_meant(typed) is bool(kind or kept)
    said.is_about(kind or "esl")
    assert said.address == kept


def test_a_port_typed_at_the_list_of_lines_is_tried_and_another_at_its_menu(tmp_path: Path) -> None:
    typed = ["nonsense", "/dev/ttyNONE", "/dev/ttyOTHER", "3"]
    done = setup(tmp_path, "--language", "en", "--only", "line", typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "There is no nonsense to choose; type a number from 1 to 4." in done.stdout
    assert "Port or address" not in done.stdout
    assert (done.stdout.count("Trying /dev/ttyNONE"), done.stdout.count("Trying /dev/ttyOTHER")) == (1, 1)
    assert written(tmp_path)["desk"] == {"sources": ["serial:///dev/ttyOTHER?line=1"]}


def test_back_leads_from_the_menu_of_a_typed_port_to_the_list(tmp_path: Path) -> None:
    typed = ["/dev/ttyNONE", "back", "3"]
    done = setup(tmp_path, "--language", "en", "--only", "line", typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Which is your telephone line?") == 2
    assert "sources" not in written(tmp_path).get("desk", {})


def test_an_address_typed_at_the_list_of_lines_goes_on_to_the_kind(tmp_path: Path) -> None:
    typed = ["127.0.0.1:5999", "pbx", "ncid", "", "3"]
    done = setup(tmp_path, "--language", "en", "--only", "line", typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "127.0.0.1:5999 is taken down as its address. Which of these is it?" in done.stdout
    assert "[127.0.0.1:5999]" in done.stdout
    assert written(tmp_path)["desk"] == {"sources": ["tcp://127.0.0.1:5999?dialect=ncid"]}


def test_the_address_of_a_server_typed_at_its_menu_is_not_asked_again(tmp_path: Path) -> None:
    with shop(tmp_path) as it:
        it.start_server()
        done = setup(tmp_path, "--language", "en", "--only", "server", typed=f"{it.address}\nmei\nquit\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Address of the server" not in done.stdout
    assert "User:" in done.stdout


def test_a_number_typed_at_the_menu_of_a_wrong_one_is_read(tmp_path: Path) -> None:
    typed = ["TW", "02", "12", "02-2345-6789"]
    done = setup(tmp_path, "--language", "en", "--only", "region", typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "02-2345-6789 is (02)2345-6789" in done.stdout
    assert done.stdout.count("A check") == 1


def test_a_line_that_is_known_and_typed_again_does_not_say_which_row(tmp_path: Path) -> None:
    (tmp_path / "ringdesk.toml").write_text(f"[desk]\nsources = ['{KNOWN}']\n", encoding="utf-8")
    done = setup(tmp_path, "--language", "en", "--only", "line", typed="COM3\n1\n")
    assert "There is no COM3 to choose; type a number from 1 to 3." in done.stdout
    assert written(tmp_path)["desk"] == {"sources": [KNOWN]}


class Typed(Console):
    """A console whose person types what stands in a list; nothing stays untyped."""

    def __init__(self, *typed: str) -> None:
        super().__init__(yes=False, json=False)
        self.typed = list(typed)
        self.proposed: list[str] = []

    def ask(self, question: SafeText, proposal: str = "", *, secret: bool = False, name: str = "") -> str:
        self.proposed.append(proposal)
        self._answers.append(self.typed.pop(0) or proposal)
        return self._answers[-1]


def well(level: Level) -> Notice:
    return Notice(level, Why("modem_silent"))


def test_after_a_port_that_did_not_answer_enter_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = iter([Level.BROKEN, Level.OK])
    monkeypatch.setattr(setup_line, "ports", lambda: ["/dev/ttyS7"])
    monkeypatch.setattr(setup_line, "probe", lambda *_: well(next(found)))
    console = Typed("", "")
    assert setup_line.find(console, "TW", "2", ()) == ("serial:///dev/ttyS7?line=1",)
    assert console.proposed == ["4", "1"]


def test_without_a_port_none_is_proposed_and_a_script_never_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_line, "ports", list)
    console = Typed("4", "")
    assert setup_line.find(console, "TW", "2", ()) == ()
    assert console.proposed == ["3", "3"]
    monkeypatch.setattr(setup_line, "ports", lambda: ["/dev/ttyS7"])
    monkeypatch.setattr(setup_line, "probe", lambda *_: well(Level.BROKEN))
    assert setup_line.find(Console(yes=True, json=False), "TW", "2", ()) == ()
