"""`ringdesk setup` where the line is an exchange, or the webhooks of one."""

import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from config import registry
from terminal.callerid.source import Transport, parse
from tests.cli.processes import child
from tests.cli.test_setup import setup, written

BEFORE = "2\nTW\n02\n\n"
"""Language, country, area, the example."""
AFTER = "3\n1\n怡君\n\n"
"""No test ring, a server of its own, a name, the computer's name for the desk."""


def secret_of(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["secret-file"][0])


def source(room: Path) -> str:
    sources = written(room)["desk"]["sources"]
    assert isinstance(sources, list)
    (url,) = sources
    return str(url)


@pytest.mark.parametrize(
    ("kind", "number", "who"), [("ami", "1", "ringdesk\nlong secret\n"), ("esl", "2", "long secret\n")]
)
def test_an_exchange_is_asked_for_tried_and_kept(tmp_path: Path, kind: str, number: str, who: str) -> None:
    secret = tmp_path / "theirs"
    secret.write_text("ringdesk:long secret" if kind == "ami" else "long secret")
    words = ["simulate", kind, "--listen", "127.0.0.1:0", "--secret-file", str(secret), "--call", "0912345678"]
    with child(tmp_path, *words, "--after", "60") as exchange:
        address = urlsplit(exchange.until(lambda line: "listening" in line)["listening"]).netloc
        done = setup(tmp_path, typed=f"{BEFORE}2\n{number}\nhttp://wrong/x\n{address}\n{who}{AFTER}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "http://wrong/x is no address" in done.stdout
    url = source(tmp_path)
    assert url.startswith(f"tcp://{address}?dialect={kind}&secret-file=")
    assert secret_of(url).read_text().strip() == secret.read_text()
    assert secret_of(url).stat().st_mode & 0o777 == 0o600
    assert "long secret" not in done.stdout.replace(who, "")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "number", "user"), [("ami", "1", "mei"), ("esl", "2", "")])
def test_after_a_wrong_secret_only_the_secret_is_typed_again(tmp_path: Path, kind: str, number: str, user: str) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text(f"{user}:long secret" if user else "long secret")
    with child(tmp_path, "simulate", kind, "--listen", "127.0.0.1:0", "--secret-file", str(theirs)) as exchange:
        address = urlsplit(exchange.until(lambda line: "listening" in line)["listening"]).netloc
        first = ["2", number, "", address, *([user] if user else []), "wrong secret", "2"]
        again = ["", "", *([""] if user else []), "long secret"]
        done = setup(tmp_path, typed=BEFORE + "\n".join([*first, *again, AFTER]))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Number? [{number}]" in done.stdout
    assert f"[{address}]" in done.stdout
    assert not user or f"[{user}]" in done.stdout
    assert " is no address" not in done.stdout
    assert "Nothing was typed" in done.stdout
    assert urlsplit(source(tmp_path)).netloc == address
    assert secret_of(source(tmp_path)).read_text().strip() == theirs.read_text()


@pytest.mark.slow
def test_an_exchange_that_is_away_can_be_kept(tmp_path: Path) -> None:
    done = setup(tmp_path, typed=f"{BEFORE}2\n3\n127.0.0.1:5999\n801\nlong secret\n3\n{AFTER}")
    assert done.returncode == 0, done.stdout + done.stderr
    spec = parse(source(tmp_path), "desk")
    assert (spec.transport, spec.dialect, spec.options.registrar) == (Transport.UDP, "sip", "127.0.0.1:5999")
    assert secret_of(source(tmp_path)).read_text() == "801:long secret\n"


def test_webhooks_get_an_address_and_a_secret(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    number = registry.webhook_names().index("generic") + 1
    done = setup(tmp_path, typed=f"{BEFORE}2\n5\n{number}\n80\n{port}\npop.shop\nhttps://pop.shop/r\n\n{AFTER}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "80 is no port" in done.stdout
    assert "pop.shop is no address that could be called" in done.stdout
    assert "Give the provider this address: https://pop.shop/r" in done.stdout
    spec = parse(source(tmp_path), "desk")
    assert (spec.transport, spec.port, spec.public) == (Transport.HTTP, port, "https://pop.shop/r")
    (secret,) = secret_of(source(tmp_path)).read_text().split()
    assert len(secret) >= 24
    assert f"and this secret: {secret}" in done.stdout


@pytest.mark.parametrize(("secret", "told"), [("pbx:s3cret", True), ("s3cret", False)])
def test_what_a_secret_with_a_colon_means_is_said(tmp_path: Path, secret: str, told: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    number = registry.webhook_names().index("threecx") + 1
    done = setup(tmp_path, typed=f"{BEFORE}2\n5\n{number}\n{port}\n-\n{secret}\n{AFTER}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("it is `user:password`" in done.stdout) is told
    assert secret_of(source(tmp_path)).read_text().strip() == secret


def test_the_test_ring_hears_a_webhook(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def provider() -> None:
        for _ in range(400):
            time.sleep(0.1)
            try:
                said = b"event=newCall&from=886912345678&to=886227208889&direction=in&callId=c1"
                urllib.request.urlopen(f"http://127.0.0.1:{port}/s3cret", said, timeout=5).close()
            except (urllib.error.URLError, ConnectionError):
                continue

    threading.Thread(target=provider, daemon=True).start()
    url = f"http://127.0.0.1:{port}?dialect=generic&secret-file={secret}"
    done = setup(tmp_path, "--source", url, "--ring", "wait", "--embedded", "--yes", "--language", "en")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The number came: 0912-345-678" in done.stdout
