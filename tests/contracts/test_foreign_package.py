"""A dialect of another package, installed for real: the worked example, before and after the settings allow it."""

import contextlib
import json
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import PATIENCE, Child
from tests.contracts import foreign
from tests.contracts.foreign import EXAMPLE, RECORDINGS, ROOT, ringdesk
from tests.contracts.recordings import VARIABLE
from tests.server.intake.provider import Provider

DAY = str(RECORDINGS / "acme" / "day.jsonl")
RING = RECORDINGS / "acme-hook" / "ring.http"
SECRET = "acme-secret-0001"
ALLOWED = "acme acme-hook"
CENTRAL = (
    f'[[source]]\nid = "acme"\ndialect = "acme-hook"\nsecrets = ["{SECRET}"]\n[[line]]\nid = "1"\nsource = "acme"\n'
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return foreign.installed(tmp_path_factory.mktemp("acme"))


@pytest.fixture
def barring(tmp_path: Path, site: Path) -> dict[str, str]:
    """The package is installed, and no settings say anything of it."""
    return foreign.environment(tmp_path, site)


@pytest.fixture
def allowing(tmp_path: Path, site: Path) -> dict[str, str]:
    return foreign.environment(tmp_path, site, RINGDESK_GENERAL_DIALECTS=ALLOWED)


def objects(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def ring() -> tuple[bytes, dict[str, str]]:
    """The body of the recorded request, and its signature."""
    head, _, body = RING.read_bytes().partition(b"\r\n\r\n")
    return body, {"x-acme-signature": head.decode().partition("X-Acme-Signature: ")[2].split("\r\n")[0]}


def wait_for(address: str) -> None:
    """Until somebody listens there."""
    host, _, port = address.rpartition(":")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError:
            assert time.monotonic() < until, "nobody listens"
            time.sleep(0.05)
        else:
            return


def expect_barred(done: "subprocess.CompletedProcess[str]", name: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert f"the dialect '{name}' is of the package ringdesk-acme and not allowed here" in line
    assert f'write dialects = ["{name}"] under [general] in ringdesk.toml' in line


class TestDecode:
    def test_is_refused_what_no_settings_allow(self, barring: dict[str, str]) -> None:
        expect_barred(ringdesk(barring, "decode", "acme", DAY), "acme")
        expect_barred(ringdesk(barring, "decode", "acme-hook", str(RING)), "acme-hook")

    def test_reads_a_line_that_the_settings_file_allows(self, barring: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "my.toml").write_text('[general]\ndialects = ["acme"]\n')
        calls = objects(ringdesk(barring, "decode", "acme", DAY, "--calls", "--config", str(tmp_path / "my.toml")))
        assert [(call["caller"]["e164"], call["outcome"]) for call in calls] == [
            (None, "missed"),
            ("+886912345678", "answered"),
            (None, None),
        ]

    def test_reads_a_webhook_that_the_environment_allows(self, allowing: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        words = ["decode", "acme-hook", str(RING), "--secret-file", str(tmp_path / "secret")]
        (event,) = objects(ringdesk(allowing, *words))
        assert (event["event"], event["verified"], event["caller"]["e164"]) == ("ringing", True, "+886912345678")

    def test_of_our_own_does_not_look_into_the_settings(self, barring: dict[str, str], tmp_path: Path) -> None:
        usual = tmp_path / "config" / "ringdesk" / "ringdesk.toml"
        usual.parent.mkdir(parents=True)
        usual.write_text("this is no TOML")
        modem = str(ROOT / "tests" / "transcripts" / "modem" / "number-only.jsonl")
        assert objects(ringdesk(barring, "decode", "modem", modem))
        assert ringdesk(barring, "decode", "acme", DAY).returncode == 2


class TestListen:
    URL = f"replay:{DAY}?dialect=acme&speed=1000&id=box"

    def test_is_refused_what_no_settings_allow(self, barring: dict[str, str]) -> None:
        expect_barred(ringdesk(barring, "listen", self.URL), "acme")

    def test_hears_what_they_allow(self, allowing: dict[str, str]) -> None:
        heard = objects(ringdesk(allowing, "listen", self.URL))
        assert any(line.get("native_id") and line.get("event") == "answered" for line in heard), heard


def test_the_doctor_tries_a_line_of_one_that_is_allowed(allowing: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as box:
        url = f"socket://127.0.0.1:{box.getsockname()[1]}?dialect=acme"
        lines = ringdesk(allowing, "doctor", "--json", url).stdout.splitlines()
    (found,) = (line for line in map(json.loads, lines) if line["check"] == url)
    assert (found["ok"], found["why_code"]) == (True, "line_ok")


def test_a_webhook_source_that_is_allowed_takes_requests(allowing: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    url = f"http://{address}?dialect=acme-hook&secret-file={tmp_path / 'secret'}"
    checks = {
        line["check"]: line for line in map(json.loads, ringdesk(allowing, "doctor", "--json", url).stdout.splitlines())
    }
    assert checks[url]["ok"], checks[url]
    body, headers = ring()
    with running(tmp_path, allowing, "listen", url) as listening:
        wait_for(address)
        assert Provider(address).asks("POST", "/", body, headers)[0] == 200
        assert listening.event("ringing")["caller"]["e164"] == "+886912345678"


def test_a_desk_is_refused_what_no_settings_allow(barring: dict[str, str], tmp_path: Path) -> None:
    words = ["desk", "--headless", "--data", str(tmp_path / "desk"), "--source", TestListen.URL]
    expect_barred(ringdesk(barring, *words), "acme")
    assert not (tmp_path / "desk").exists()


def test_a_desk_pops_the_calls_of_one_that_is_allowed(allowing: dict[str, str], tmp_path: Path) -> None:
    words = ["desk", "--headless", "--data", str(tmp_path / "desk"), "--source", TestListen.URL]
    with running(tmp_path, allowing, *words) as desk:
        pop = desk.event("screen_pop")
    assert "912345678" in json.dumps(pop)


def test_setup_obeys_the_settings_that_it_changes(barring: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    words = ["setup", "--yes", "--json", "--only", "line", "--source", TestListen.URL, "--config", str(file)]
    assert "is of the package ringdesk-acme and not allowed here" in ringdesk(barring, *words).stderr
    assert not file.exists()
    file.write_text('[general]\ndialects = ["acme"]\n')
    ringdesk(barring, *words)
    assert tomllib.loads(file.read_text())["desk"]["sources"] == [TestListen.URL]


def test_the_doctor_lists_them_and_whether_they_are_allowed(barring: dict[str, str], tmp_path: Path) -> None:
    allowed = barring | {"RINGDESK_GENERAL_DIALECTS": "acme nobodys"}
    found = {}
    for env in (barring, allowed):
        lines = ringdesk(env, "doctor", "--json").stdout.splitlines()
        checks = {line["check"]: line for line in map(json.loads, lines)}
        found[env is allowed] = {
            name: (checks[name]["ok"], checks[name]["level"], checks[name]["why_code"])
            for name in checks
            if name.startswith("dialect ")
        }
    not_allowed = (True, "warning", "dialect_not_allowed")
    assert found[False] == {"dialect acme": not_allowed, "dialect acme-hook": not_allowed}
    assert found[True] == {
        "dialect acme": (True, "ok", "dialect_of_package"),
        "dialect acme-hook": not_allowed,
        "dialect nobodys": (False, "broken", "dialect_missing"),
    }
    (tmp_path / "wrong.toml").write_text("[general]\ndialects = 3\n")
    done = ringdesk(barring, "doctor", "--json", "--config", str(tmp_path / "wrong.toml"))
    assert "wrong.toml" in next(line for line in done.stdout.splitlines() if '"settings"' in line)
    expect_barred(ringdesk(barring, "doctor", TestListen.URL), "acme")


def test_the_server_takes_the_requests_of_one_that_is_allowed_and_of_no_other(
    barring: dict[str, str], allowing: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "central.toml").write_text(CENTRAL)
    place = ["--database", f"sqlite:///{tmp_path / 'server.db'}", "--state", str(tmp_path / "state")]
    bringing = ["admin", *place, "settings", "import", str(tmp_path / "central.toml")]
    refused = ringdesk(barring, *bringing)
    assert (
        refused.returncode,
        "[[source]] acme: the dialect 'acme-hook' is of the package ringdesk-acme" in refused.stderr,
    ) == (
        2,
        True,
    )
    assert objects(ringdesk(allowing, *bringing))[-1]["changes"] == 2
    body, headers = ring()
    for env, status in ((barring, 403), (allowing, 200)):
        with running(tmp_path, env, "server", *place, "--listen", "127.0.0.1:0") as server:
            address = server.until(lambda line: "listening" in line)["listening"]
            assert Provider(address, "acme").asks("POST", "/hook/acme", body, headers)[0] == status
    log = (tmp_path / "state" / "server.log").read_text()
    assert "is of the package ringdesk-acme and not allowed here" in log


@contextlib.contextmanager
def running(room: Path, env: dict[str, str], *words: str) -> Any:
    """A command that runs beside the test, in an environment of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.cli.processes.environment", lambda _room: env)
        child = Child(room, *words)
    try:
        yield child
    finally:
        child.close()


@pytest.mark.parametrize(
    ("words", "where"), [(["-o", "addopts="], EXAMPLE), (["tests/contracts", "-k", "dialects", "-n", "0"], ROOT)]
)
def test_it_passes_its_own_tests_and_our_contract_suite(
    allowing: dict[str, str], words: list[str], where: Path
) -> None:
    env = allowing | {VARIABLE: str(RECORDINGS)}
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(pytest_, cwd=where, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout or "%" in done.stdout
