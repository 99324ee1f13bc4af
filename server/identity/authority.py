"""The server's own certificate authority. A terminal learns it through the fingerprint in its enrolment code, so nobody
has to buy, install or trust anything else, and no switch turns verification off."""

import ipaddress
import re
import socket
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ringdesk.errors import BadInput
from server.identity.state import private_folder, write_private

CA_DAYS: Final = 3650
SERVER_DAYS: Final = 397
"""What platforms accept at most for a server (CA/Browser Forum baseline requirements, 6.3.2)."""
RENEW_DAYS: Final = 30
MAX_SHOWN: Final = 16_384
"""Characters of certificates that a challenge carries."""
HOST: Final = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.IGNORECASE)
ALWAYS: Final = ("localhost", "127.0.0.1", "::1")


class Authority(msgspec.Struct, frozen=True):
    """Where the certificates lie: the CA's, and the server's with its key in one file, so that both change at once.
    `fingerprint` is the SHA-256 of the CA certificate, `hosts` are those for whom the server's is."""

    ca: Path
    certificate: Path
    fingerprint: bytes
    hosts: tuple[str, ...]

    def pem(self) -> str:
        """The CA certificate as text."""
        return self.ca.read_text("ascii")


def existing(folder: Path) -> Authority | None:
    """The authority of a state directory, if one was made."""
    place = _place(folder)
    if not (place / "ca.pem").exists() or not (place / "server.pem").exists():
        return None
    ca = x509.load_pem_x509_certificate((place / "ca.pem").read_bytes())
    hosts = _hosts_of(x509.load_pem_x509_certificate((place / "server.pem").read_bytes()))
    fingerprint = ca.fingerprint(hashes.SHA256())
    return Authority(place / "ca.pem", place / "server.pem", fingerprint, hosts)


def ensure(folder: Path, hosts: Iterable[str], now: float) -> Authority:
    """The authority with a server certificate for `hosts`, those of before, this machine's name and loopback.

    Makes what is missing, and the server's certificate anew when a host is missing or it ends within a month; the CA, and
    so its fingerprint, stays. Raises `BadInput` for a host that is neither name nor address.
    """
    place = private_folder(_place(folder))
    at = datetime.fromtimestamp(now, UTC)
    if not (place / "ca.key").exists():
        _make_ca(place, at)
    found = existing(folder)
    wanted = dict.fromkeys([*(found.hosts if found else ()), *ALWAYS, socket.gethostname(), *map(str.lower, hosts)])
    if found is None or set(wanted) - set(found.hosts) or _ends(found) < at + timedelta(days=RENEW_DAYS):
        _make_server(place, tuple(wanted), at)
    made = existing(folder)
    assert made is not None
    return made


class Foreign(msgspec.Struct, frozen=True):
    """A certificate that others made: `pem` are the certificates of its file, the server's first, without a key that lies
    there; `fingerprint` is the SHA-256 of the last one, which is the highest: it outlives the server's own."""

    pem: str
    fingerprint: bytes


def foreign(certificate: Path, key: Path | None = None, *, served: bool = False) -> Foreign:
    """What is in a certificate file; `served`: with a key that fits. Raises `BadInput`."""
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        if served:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")  # never ask
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise BadInput(f"{certificate}: {reason}; give PEM files with --tls-cert and --tls-key") from error
    texts = [each.public_bytes(serialization.Encoding.PEM).decode("ascii") for each in chain]
    while sum(map(len, texts)) > MAX_SHOWN:
        texts.pop(0)  # a terminal sees the server's own in the handshake
    return Foreign("".join(texts), chain[-1].fingerprint(hashes.SHA256()))


def _place(folder: Path) -> Path:
    return folder / "tls"


def _ends(authority: Authority) -> datetime:
    return x509.load_pem_x509_certificate(authority.certificate.read_bytes()).not_valid_after_utc


def _hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(str(name.value) for name in names)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    wrong = BadInput(f"{host!r} is neither a host name nor an address; write --host shop.example")
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise wrong from error
    if not HOST.fullmatch(name):
        raise wrong
    return x509.DNSName(name)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).add_extension(identifier, critical=False)


def _make_ca(place: Path, at: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Ringdesk server authority")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, name, key.public_key())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(place / "ca.pem", certificate.public_bytes(serialization.Encoding.PEM))
    write_private(place / "ca.key", _private_pem(key))


def _make_server(place: Path, hosts: tuple[str, ...], at: datetime) -> None:
    ca = x509.load_pem_x509_certificate((place / "ca.pem").read_bytes())
    ca_key = serialization.load_pem_private_key((place / "ca.key").read_bytes(), password=None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([_alternative(host) for host in hosts])
    certificate = (
        _builder(_name("Ringdesk server"), ca.subject, key.public_key())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=SERVER_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    write_private(place / "server.pem", certificate.public_bytes(serialization.Encoding.PEM) + _private_pem(key))
