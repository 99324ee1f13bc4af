"""Simulated providers and a real server: every dialect pops once, is refused where it signs wrongly, is one call in a storm."""

import json
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from ringdesk.simulators.hooks.providers import PROVIDERS
from tests.flows.processes import Process, Shop, shop
from tests.server.intake.provider import calls

SECRET = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
"""Text for whoever takes any, and a private key of 32 bytes."""
NAMES = sorted(PROVIDERS)
QUICK = ("--rings", "1", "--cadence", "0.05", "--talk", "0.05")


def secret_of(name: str) -> str:
    return PROVIDERS[name].shown(SECRET)


def settings(names: Sequence[str]) -> str:
    return "".join(
        f'[[source]]\nid = "{name}"\ndialect = "{name}"\nsecrets = ["{secret_of(name)}"]\n' for name in names
    )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as it:
        (tmp_path / "central.toml").write_text(settings(NAMES))
        it.admin("settings", "import", str(tmp_path / "central.toml"))
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        it.start_server()
        yield it


class Teller:
    """`ringdesk simulate` in this process: its exit code, and what it printed."""

    def __init__(self, capture: pytest.CaptureFixture[bytes], place: Shop) -> None:
        self._capture = capture
        self._place = place

    def address(self, name: str) -> str:
        return f"http://{self._place.address}/hook/{name}"

    def __call__(self, name: str, *words: str) -> tuple[int, list[dict[str, Any]]]:
        secret = str(self._place.room / "secret")
        code = main(["simulate", name, "--post", self.address(name), "--secret-file", secret, *words, *QUICK])
        lines = [json.loads(line) for line in self._capture.readouterr().out.splitlines()]
        return code, [line for line in lines if "request" in line]


@pytest.fixture
def tell(place: Shop, capsysbinary: pytest.CaptureFixture[bytes]) -> Teller:
    return Teller(capsysbinary, place)


def pops(desk: Process) -> list[tuple[str, str]]:
    """The caller of each pop up to now, and the call."""
    assert desk.ask("sync", timeout=20)["ok"]
    desk.ask("state")
    return [(line["caller"]["e164"], line["call"]) for line in desk.seen if line.get("event") == "screen_pop"]


@pytest.mark.parametrize("names", [NAMES[::2], NAMES[1::2]], ids=["one half", "the other"])
def test_every_provider(place: Shop, tell: Teller, names: list[str]) -> None:
    """In halves, because an address that is refused too often is not listened to for a while."""
    desk = place.desk("a")
    assert desk.ask("sync", timeout=20)["ok"]
    wanted = []
    for name in names:
        number = f"09120000{NAMES.index(name):02}"
        code, sent = tell(name, "--wrong-signature", "--call", number)
        assert (code, {line["status"] for line in sent}) == (1, {403}), name
        code, sent = tell(name, "--retry-storm", "3", "--answer", "801", "--call", number)
        assert (code, {line["taken"] for line in sent}) == (0, {True}), (name, sent)
        assert len(sent) % 3 == 0
        assert {line["status"] for line in sent} <= {200, 204} or name == "plivo"
        wanted += [f"+886{number[1:]}"] if name != "threecx" else []
    assert [caller for caller, _ in pops(desk)] == wanted
    kept = [call for call in calls(place) if not call["merged_into"]]
    assert len(kept) == len(names), "one call each"
    assert {(call["state"], call["outcome"]) for call in kept} == {("ended", "answered")}


def test_two_sources_of_one_call_are_one_pop(place: Shop, tell: Teller) -> None:
    desk = place.desk("a")
    assert desk.ask("sync", timeout=20)["ok"]
    also = ("--also", "shop", tell.address("shop"), str(place.room / "secret"))
    code, sent = tell("twilio", "--call", "0912345678", "--answer", "802", *also)
    assert (code, {line["dialect"] for line in sent}) == (0, {"twilio", "shop"})
    assert [caller for caller, _ in pops(desk)] == ["+886912345678"]
    assert len([call for call in calls(place) if not call["merged_into"]]) == 1


def test_what_nobody_takes_is_sent_again_and_is_a_failure(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/hook/x"
        began = time.monotonic()
        assert (
            main(["simulate", "shop", "--post", nobody, "--call", "0912345678", "--rings", "1", "--cadence", "0.01"])
            == 1
        )
    lines = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert lines[0] == {"posting": nobody, "dialect": "shop"}
    assert [(line["status"], line["attempt"]) for line in lines[1:]] == [(None, 1), (None, 2), (None, 3), (None, 4)] * 2
    assert all("refused" in line["said"] for line in lines[1:])
    assert time.monotonic() - began >= 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["twilio", "--post", "ftp://x/hook/y", "--call", "1"], "is no address of a webhook"),
        (["twilio", "--post", "http://127.0.0.1:99999/hook/y", "--call", "1"], "is no address of a webhook"),
        (["twilio", "--post", "http://127.0.0.1:1/hook/y"], "add --call NUMBER"),
        (["twilio", "--listen", "127.0.0.1:0"], "use --post URL"),
        (["modem", "--post", "http://127.0.0.1:1/hook/y"], "sends no requests"),
        (
            ["shop", "--post", "http://h/hook/y", "--call", "1", "--secret-file", "/nowhere"],
            "cannot read the secret file",
        ),
        (["shop", "--post", "http://h/hook/y", "--call", "1", "--ca", "/nowhere"], "is no certificate"),
        (["shop", "--post", "http://h/hook/y", "--call", "1", "--also", "modem", "http://h/"], "is no webhook"),
        (["shop", "--post", "http://h/hook/y", "--call", "1", "--also", "shop"], "--also needs DIALECT URL"),
        (["shop", "--post", "http://h/hook/y", "--call", "1", "--retry-storm", "0"], "from 1 to 1000"),
    ],
)
def test_bad_use_says_what_to_do(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *words]) == 2
    assert said in capsys.readouterr().err


def test_telnyx_says_which_public_key_the_source_needs(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "none").write_text("no key\n")
    words = ["simulate", "telnyx", "--post", "http://127.0.0.1:1/h", "--call", "1", "--calls", "0", "--secret-file"]
    assert main([*words, str(tmp_path / "key")]) == 0
    assert json.loads(capsysbinary.readouterr().out)["public_key"] == secret_of("telnyx")
    assert main([*words, str(tmp_path / "none")]) == 2
