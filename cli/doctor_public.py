"""The doctor, the address that a provider calls (`--public URL`): what the provider meets there, as far as that shows from here.

Nothing that it finds stops it: a certificate that a provider would not take is told, and the answer behind it as well.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from cli.findings import Finding
from ringdesk.dialects import Level
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

register(
    {
        "public_clear": "{where} is not encrypted: whoever is in between reads numbers and secrets; give the provider https://",
        "public_path": "the path is {path}; what a provider calls is /hook/ and the id of the source, as in {example}",
        "public_path_well": "the path is that of a source: {path}",
        "public_other": "the settings say that providers call {known}; enter there what they really call, for some sign it",
        "public_name_none": "nobody knows the name {host}; enter it where the domain is kept, or correct the address",
        "public_name_well": "{host} is {found}: an address of the internet",
        "public_name_here": "{host} is {found}: this machine; no provider comes here, give it the address of the proxy or tunnel",
        "public_name_private": (
            "{host} is {found}: an address of this house's own network; no provider comes here, give it that of a proxy or tunnel"
        ),
        "public_silent": "nothing answers at {where}; is the server or proxy up, does the router let port {port} through?",
        "public_tls_none": "{where} answers, but does not speak TLS; write http:// or set the proxy up with a certificate",
        "public_tls_well": "the certificate is from {issuer}, and good for {days} days more",
        "public_tls_soon": "the certificate ends in {days} days; see to it that it is renewed by itself",
        "public_tls_expired": "the certificate has ended on {date}; renew it, no provider calls an address like that",
        "public_tls_early": "the certificate begins on {date}; check the clock of this machine, or have it issued again",
        "public_tls_own": (
            "the certificate is by the authority of the desks, which no provider knows; put a proxy before it with a public one"
        ),
        "public_tls_self": "the certificate is signed by itself, which no provider takes; have one issued (Let's Encrypt)",
        "public_tls_host": "the certificate is for {names}, not for {host}; have it issued for that name too",
        "public_tls_chain": "the certificate comes without those above it; let the proxy send the whole chain (fullchain.pem)",
        "public_tls_unknown": "nobody here knows the authority {issuer}, nor may a provider; have a public certificate issued",
        "public_refuses": (
            "what is not signed is refused, as it should be; whether id and secret are right shows"
            " `ringdesk simulate DIALECT --post {url} --secret-file FILE --call NUMBER`"
        ),
        "public_believes": (
            "takes a request that nobody signed: whoever knows the address can make calls ring; give the source a secret"
        ),
        "public_barred": "is refused by something that stands before Ringdesk (HTTP {status}); except /hook/ from its rules",
        "public_moved": "leads on to {target} (HTTP {status}), where providers do not follow; give them that address, or end it",
        "public_nowhere": "there is nothing at this path (HTTP {status}); let the proxy hand on /hook/ with its whole path",
        "public_behind": (
            "the proxy answers that Ringdesk behind it does not (HTTP {status}); is the server up, is its port the right one?"
        ),
        "public_busy": "was asked too often from here (HTTP 429); wait a minute, or name the proxy in `[server] proxies`",
        "public_odd": "answers with HTTP {status}, as Ringdesk never does there; is it the right address?",
        "public_fast": "the answer takes {ms} ms",
        "public_slow": "the answer takes {ms} ms; some providers wait no longer than one second: look at the proxy and the line",
    }
)

_TIMEOUT: Final = 10.0
_SLOW: Final = 1.0
"""Seconds: what sipgate and the most impatient of the others wait; a refusal itself takes 0.1."""
_SOON: Final = 14
"""Days before its end by which a certificate that renews itself is renewed (Let's Encrypt: 30)."""
_OURS: Final = "Ringdesk"
_EXPIRED, _EARLY, _SELF_SIGNED = 10, 9, 18
_HOSTS: Final = (62, 64)
"""`X509_V_ERR_...` (openssl-verify(1ssl)): has expired, is not yet valid, self-signed; another host, another address."""


class _Reply(msgspec.Struct, frozen=True):
    """What was answered to a request that nobody signed."""

    status: int
    body: bytes
    location: str
    seconds: float


def public(url: str, known: str = "") -> Iterator[Finding]:
    """What is found at the address of a webhook; `known` is `[server] public_url` of the settings. Raises BadInput: it is no
    address."""
    where = _parsed(url)
    yield from _address(where, known)
    addresses = _addresses(where)
    if not addresses:
        yield _wrong("public name", "public_name_none", host=where.hostname or "")
        return
    yield _reach(where.hostname or "", addresses)
    try:
        socket.create_connection((where.hostname or "", _port(where)), _TIMEOUT).close()
    except OSError as error:
        yield _wrong("public answer", "public_silent", error, where=where.netloc, port=str(_port(where)))
        return
    if where.scheme == "https":
        found = _certificate(where)
        yield found
        if found.why.code == "public_tls_none":
            return
    yield from _answers(where)


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        well = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        well = False
    if not well or not url.isascii() or not url.isprintable() or " " in url:
        raise BadInput(Why("doctor_public_address", {"url": url}))
    return parts


def _address(where: SplitResult, known: str) -> Iterator[Finding]:
    if where.scheme == "http":
        yield _warning("public address", "public_clear", where=where.netloc)
    before, hook, behind = where.path.partition("/hook/")
    if before or not hook or not behind.partition("/")[0]:
        example = f"{where.scheme}://{where.netloc}/hook/SOURCE_ID"
        yield _wrong("public address", "public_path", path=where.path or "/", example=example)
    elif known and not f"{where.scheme}://{where.netloc}{where.path}".startswith(f"{known.rstrip('/')}/"):
        yield _warning("public address", "public_other", known=known)
    else:
        yield _well("public address", "public_path_well", path=_without_secret(where))


def _without_secret(where: SplitResult) -> str:
    """The path without what may stand behind the id of the source."""
    return "/".join(where.path.split("/")[:3])


def _port(where: SplitResult) -> int:
    return where.port or (443 if where.scheme == "https" else 80)


def _addresses(where: SplitResult) -> list[str]:
    try:
        found = socket.getaddrinfo(where.hostname, _port(where), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _reach(host: str, addresses: list[str]) -> Finding:
    """Whether the internet knows the way to it: of several addresses each may be taken."""
    known = [ipaddress.ip_address(each.partition("%")[0]) for each in addresses]
    values = {"host": host, "found": ", ".join(addresses[:4])}
    if all(each.is_global for each in known):
        return _well("public name", "public_name_well", **values)
    code = "public_name_here" if any(each.is_loopback for each in known) else "public_name_private"
    return _warning("public name", code, **values)


def _certificate(where: SplitResult) -> Finding:
    """What a provider makes of the certificate: by the authorities that this machine knows."""
    host = where.hostname or ""
    try:
        with (
            socket.create_connection((host, _port(where)), _TIMEOUT) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=host) as tls,
        ):
            return _lasts(x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b""))
    except ssl.SSLCertVerificationError as error:
        return _unproved(where, error)
    except (OSError, ValueError) as error:
        return _wrong("public certificate", "public_tls_none", error, where=where.netloc)


def _lasts(found: x509.Certificate) -> Finding:
    days = (found.not_valid_after_utc - _now()).days
    if days < _SOON:
        return _warning("public certificate", "public_tls_soon", days=str(days))
    return _well("public certificate", "public_tls_well", days=str(days), issuer=_named(found.issuer))


def _unproved(where: SplitResult, error: ssl.SSLCertVerificationError) -> Finding:
    """Why it is not believed."""
    host = where.hostname or ""
    check = "public certificate"
    try:
        with (
            socket.create_connection((host, _port(where)), _TIMEOUT) as line,
            _any_certificate().wrap_socket(line, server_hostname=host) as tls,
        ):
            found = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
    except (OSError, ValueError):
        return _wrong(check, "public_tls_unknown", error, issuer="?")
    if _OURS in _named(found.issuer):
        return _wrong(check, "public_tls_own")
    if error.verify_code == _EXPIRED:
        return _wrong(check, "public_tls_expired", date=f"{found.not_valid_after_utc:%Y-%m-%d}")
    if error.verify_code == _EARLY:
        return _wrong(check, "public_tls_early", date=f"{found.not_valid_before_utc:%Y-%m-%d}")
    if error.verify_code in _HOSTS:
        return _wrong(check, "public_tls_host", names=_hosts(found), host=host)
    if error.verify_code == _SELF_SIGNED or found.issuer == found.subject:
        return _wrong(check, "public_tls_self")
    return _wrong(
        check, "public_tls_chain" if _tells_issuer(found) else "public_tls_unknown", issuer=_named(found.issuer)
    )


def _any_certificate() -> ssl.SSLContext:
    """For looking at what is there. Nothing secret goes through it, and nothing that comes is believed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _named(name: x509.Name) -> str:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for each in name.get_attributes_for_oid(kind):
            return SafeText(str(each.value))
    return "?"


def _hosts(found: x509.Certificate) -> str:
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return _named(found.subject)
    return SafeText(", ".join(str(each.value) for each in list(names)[:4]))


def _tells_issuer(found: x509.Certificate) -> bool:
    """Public authorities say where their own certificate is (RFC 5280, 4.2.2.1): then it is one, and only not sent along."""
    try:
        found.extensions.get_extension_for_oid(ExtensionOID.AUTHORITY_INFORMATION_ACCESS)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return True


def _answers(where: SplitResult) -> Iterator[Finding]:
    try:
        reply = _asked(where)
    except (OSError, http.client.HTTPException) as error:
        yield _wrong("public answer", "public_silent", error, where=where.netloc, port=str(_port(where)))
        return
    yield _judged(reply, f"{where.scheme}://{where.netloc}{_without_secret(where)}")
    ms = str(round(reply.seconds * 1000))
    if reply.seconds > _SLOW:
        yield _warning("public time", "public_slow", ms=ms)
    else:
        yield _well("public time", "public_fast", ms=ms)


def _asked(where: SplitResult) -> _Reply:
    """A request that nobody signed, and that tells of no call."""
    host = where.hostname or ""
    line = (
        http.client.HTTPSConnection(host, _port(where), timeout=_TIMEOUT, context=_any_certificate())
        if where.scheme == "https"
        else http.client.HTTPConnection(host, _port(where), timeout=_TIMEOUT)
    )
    try:
        line.connect()
        began = time.monotonic()
        path = f"{where.path or '/'}{'?' if where.query else ''}{where.query}"
        line.request("POST", path, b"{}", {"content-type": "application/json"})
        reply = line.getresponse()
        body = reply.read(4096)
        return _Reply(reply.status, body, reply.getheader("location") or "", time.monotonic() - began)
    finally:
        line.close()


def _judged(reply: _Reply, url: str) -> Finding:
    check, status = "public answer", str(reply.status)
    if reply.status == 403 and not reply.body:
        return _well(check, "public_refuses", url=url)
    if 200 <= reply.status < 300:
        return _wrong(check, "public_believes")
    if 300 <= reply.status < 400:
        return _wrong(check, "public_moved", target=SafeText(reply.location)[:200] or "?", status=status)
    if reply.status == 429:
        return _warning(check, "public_busy")
    codes = {
        401: "public_barred",
        403: "public_barred",
        407: "public_barred",
        404: "public_nowhere",
        405: "public_nowhere",
    }
    behind = "public_behind" if reply.status in (502, 503, 504) or reply.status >= 520 else "public_odd"
    return _wrong(check, codes.get(reply.status, behind), status=status)


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _well(check: str, code: str, **values: str) -> Finding:
    return Finding(check=check, why=Why(code, values))


def _warning(check: str, code: str, **values: str) -> Finding:
    return Finding(check=check, ok=False, level=Level.WARNING, why=Why(code, values))


def _wrong(check: str, code: str, error: Exception | None = None, **values: str) -> Finding:
    said = None if error is None else getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Finding(check=check, ok=False, level=Level.BROKEN, why=Why(code, values), said=said)
