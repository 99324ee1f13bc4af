"""The server's own certificate authority."""

import ssl
from pathlib import Path

import pytest

from ringdesk.errors import BadInput, RingdeskError
from server.identity import authority
from server.identity.state import keys

NOW = 1_790_000_000.0
DAY = 86_400.0


def test_hosts_are_added_and_the_fingerprint_stays(tmp_path: Path) -> None:
    first = authority.ensure(tmp_path, [], NOW)
    assert {"localhost", "127.0.0.1", "::1"} <= set(first.hosts)
    second = authority.ensure(tmp_path, ["Shop.Example", "192.0.2.7"], NOW)
    assert second.fingerprint == first.fingerprint
    assert set(second.hosts) == {*first.hosts, "shop.example", "192.0.2.7"}
    before = second.certificate.read_bytes()
    assert authority.ensure(tmp_path, ["shop.example"], NOW) == second
    assert second.certificate.read_bytes() == before
    ssl.create_default_context(cafile=second.ca).load_cert_chain(second.certificate)


def test_a_certificate_that_ends_soon_is_made_anew(tmp_path: Path) -> None:
    own = authority.ensure(tmp_path, ["shop.example"], NOW)
    before = own.certificate.read_bytes()
    authority.ensure(tmp_path, [], NOW + 300 * DAY)
    assert own.certificate.read_bytes() == before
    later = authority.ensure(tmp_path, [], NOW + 380 * DAY)
    assert own.certificate.read_bytes() != before
    assert "shop.example" in later.hosts


@pytest.mark.parametrize("bad", ["bad host", "x" * 300, "a..b\x00"])
def test_a_host_that_is_none_is_refused_in_words(tmp_path: Path, bad: str) -> None:
    with pytest.raises(BadInput, match="--host"):
        authority.ensure(tmp_path, [bad], NOW)


def test_the_secret_is_made_once_and_checked(tmp_path: Path) -> None:
    fill = iter(b"ab")
    first = keys(tmp_path, lambda count: bytes([next(fill)]) * count)
    again = keys(tmp_path, lambda count: bytes([next(fill)]) * count)
    assert again.server.proves(1, first.server.chain("", 1, ["op"]))
    assert first.audit_link("", b"entry") == again.audit_link("", b"entry") != again.audit_link("x", b"entry")
    (tmp_path / "server.key").write_bytes(b"short")
    with pytest.raises(RingdeskError, match="damaged"):
        keys(tmp_path, bytes)
