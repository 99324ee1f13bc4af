"""The address that a provider calls, at real servers with certificates of every kind."""

import http.server
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from cli import doctor_public
from cli.doctor_public import public
from cli.findings import Finding
from ringdesk.errors import BadInput
from server.identity.authority import ensure
from tests.flows.processes import RINGDESK, ROOT, shop

Found = dict[str, Finding]
Key = ec.EllipticCurvePrivateKey


class Authority:
    """A certificate authority that a machine may know or not."""

    def __init__(self, room: Path, name: str = "Public Trust") -> None:
        self._room = room
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = room / "authority.pem"
        pem = self._made(self._name, self._key.public_key(), days=(-90, 90), ca=True)
        self.file.write_bytes(pem.public_bytes(serialization.Encoding.PEM))

    def certificate(self, *, host: str = "127.0.0.1", days: tuple[int, int] = (-1, 60), tells: bool = False) -> Path:
        """The file of a server, with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pop")])
        made = self._made(subject, key.public_key(), days=days, host=host, tells=tells)
        return _file(self._room / "server.pem", made, key)

    def self_signed(self) -> Path:
        made = self._made(self._name, self._key.public_key(), days=(-1, 60), host="127.0.0.1")
        return _file(self._room / "self.pem", made, self._key)

    def _made(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, days: tuple[int, int], host: str = "", ca: bool = False,
        tells: bool = False,
    ) -> x509.Certificate:  # fmt: skip
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(self._name, subject, key, x509.random_serial_number())
            .not_valid_before(now + timedelta(days[0]))
            .not_valid_after(now + timedelta(days[1], 60))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if host:
            name = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
            builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        if tells:
            where = x509.UniformResourceIdentifier("http://trust.example/ca.crt")
            access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, where)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _file(path: Path, made: x509.Certificate, key: Key) -> Path:
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


@contextmanager
def server(
    certificate: Path | None, status: int = 403, body: bytes = b"", location: str = "", wait: float = 0.0
) -> Iterator[str]:
    """Something at a port of this machine that answers every request alike; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            time.sleep(wait)
            self.send_response(status)
            if location:
                self.send_header("location", location)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Who only looks at the certificate sends no request."""

        def get_request(self) -> tuple[socket.socket, object]:
            line, peer = super().get_request()
            if context is not None:
                line = context.wrap_socket(line, server_side=True, do_handshake_on_connect=False)
            return line, peer

    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    listening = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'http' if certificate is None else 'https'}://127.0.0.1:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that this machine takes for a public one."""
    it = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(it.file))
    return it


def look(url: str, settings: str = "") -> Found:
    return {found.check: found for found in public(url, settings)}


def codes(found: Found) -> dict[str, str]:
    return {check.removeprefix("public "): each.why.code.removeprefix("public_") for check, each in found.items()}


def test_a_good_address(known: Authority) -> None:
    with server(known.certificate()) as address:
        found = look(f"{address}/hook/pbx/token-0001", address)
    assert codes(found) == {
        "address": "path_well", "name": "name_here", "certificate": "tls_well", "answer": "refuses", "time": "fast",
    }  # fmt: skip
    assert found["public certificate"].message == "the certificate is from Public Trust, and good for 60 days more"
    assert f"--post {address}/hook/pbx --secret-file" in found["public answer"].message
    assert "token-0001" not in "".join(each.message for each in found.values())
    assert [each.ok for each in found.values()] == [True, False, True, True, True]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"days": (-1, 5)}, "tls_soon"),
        ({"days": (-60, -2)}, "tls_expired"),
        ({"days": (2, 60)}, "tls_early"),
        ({"host": "pop.example.tw"}, "tls_host"),
    ],
)
def test_a_certificate_that_does_not_hold(known: Authority, wish: dict[str, str], code: str) -> None:
    with server(known.certificate(**wish)) as address:  # type: ignore[arg-type]
        found = look(f"{address}/hook/pbx")
    assert codes(found)["certificate"] == code
    assert not found["public certificate"].ok
    assert codes(found)["answer"] == "refuses", "it goes on to look"
    assert code != "tls_host" or "is for pop.example.tw, not for 127.0.0.1" in found["public certificate"].message


@pytest.mark.parametrize(("tells", "code"), [(False, "tls_unknown"), (True, "tls_chain")])
def test_an_authority_that_nobody_knows_or_that_is_not_sent_along(tmp_path: Path, tells: bool, code: str) -> None:
    with server(Authority(tmp_path, "House of Wang").certificate(tells=tells)) as address:
        found = look(f"{address}/hook/pbx")
    assert codes(found)["certificate"] == code


def test_a_certificate_signed_by_itself(tmp_path: Path) -> None:
    with server(Authority(tmp_path).self_signed()) as address:
        assert codes(look(f"{address}/hook/pbx"))["certificate"] == "tls_self"


def test_the_authority_of_the_desks_is_known_to_no_provider(tmp_path: Path) -> None:
    made = ensure(tmp_path / "state", ("127.0.0.1",), time.time())
    with server(made.certificate) as address:
        assert codes(look(f"{address}/hook/pbx"))["certificate"] == "tls_own"


@pytest.mark.parametrize(
    ("status", "body", "code", "well"),
    [
        (403, b"", "refuses", True),
        (403, b"<html>blocked by the firewall", "barred", False),
        (401, b"", "barred", False),
        (200, b"{}", "believes", False),
        (204, b"", "believes", False),
        (301, b"", "moved", False),
        (404, b"", "nowhere", False),
        (405, b"", "nowhere", False),
        (429, b"", "busy", False),
        (502, b"", "behind", False),
        (530, b"", "behind", False),
        (500, b"", "odd", False),
    ],
)
def test_what_an_unsigned_request_gets(status: int, body: bytes, code: str, well: bool) -> None:
    with server(None, status, body, "https://pop.example.tw/elsewhere") as address:
        found = look(f"{address}/hook/pbx")
    assert (codes(found)["answer"], found["public answer"].ok) == (code, well)
    assert (
        code != "moved" or "leads on to https://pop.example.tw/elsewhere (HTTP 301)" in found["public answer"].message
    )


def test_one_that_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_public, "_SLOW", 0.05)
    with server(None, wait=0.1) as address:
        found = look(f"{address}/hook/pbx")
    assert (codes(found)["time"], found["public time"].ok) == ("slow", False)


def test_what_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(look("https://nobody.invalid/hook/pbx")) == {"address": "path_well", "name": "name_none"}
    assert codes(look("http://127.0.0.1:1/hook/pbx"))["answer"] == "silent"
    with server(None) as address:
        found = codes(look(f"{address.replace('http', 'https')}/hook/pbx"))
    assert (found["certificate"], "answer" in found) == ("tls_none", False)


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        (["203.0.113.9", "192.168.1.2"], "name_private"),
        (["1.1.1.1", "2606:4700:4700::1111"], "name_well"),
        (["100.64.0.1"], "name_private"),
        (["fe80::1%eth0"], "name_private"),
        (["::1"], "name_here"),
    ],
)
def test_whether_the_internet_knows_the_way(addresses: list[str], code: str) -> None:
    assert doctor_public._reach("pop.example.tw", addresses).why.code == f"public_{code}"


@pytest.mark.parametrize(
    ("path", "settings", "code"),
    [
        ("/hook/pbx", "", "path_well"),
        ("/", "", "path"),
        ("/hook/", "", "path"),
        ("/sync", "", "path"),
        ("/shop/hook/pbx", "", "path"),
        ("/hook/pbx", "https://pop.example.tw", "other"),
    ],
)
def test_the_path_and_what_the_settings_say(path: str, settings: str, code: str) -> None:
    assert codes(look(f"https://nobody.invalid{path}", settings))["address"] == code


@pytest.mark.parametrize(
    "bad", ["pop.example.tw/hook/x", "ftp://x/hook/y", "https:///hook/x", "https://x:0/hook/y", "https://[/x"]
)
def test_what_is_no_address(bad: str) -> None:
    with pytest.raises(BadInput, match="is no address of a webhook"):
        look(bad)


def test_a_real_server_from_the_shell_in_the_language_of_the_settings(tmp_path: Path) -> None:
    with shop(tmp_path) as it:
        it.start_server()
        url = f"http://{it.address}/hook/nobody"
        command = [*RINGDESK, "doctor", "--public", url, "--language", "zh-Hant"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.returncode == 1, "it is no address of the internet"
    lines = done.stdout.splitlines()
    assert any("拒絕" in line for line in lines)
    assert any("毫秒" in line for line in lines)
    bad = subprocess.run([*command, "--data", "x"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (bad.returncode, bad.stderr.count("\n")) == (2, 1)
