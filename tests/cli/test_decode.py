"""`ringdesk decode`."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.main import main

V4 = "802501083131323231333431020A30393132333435363738070D4348454E204D4549204C494E4733"
CALL = b"\r\nRING\r\n\r\nDATE = 1122\r\nTIME = 1338\r\nNMBR = 27208889\r\nNAME = CHEN\r\n\r\nRING\r\n"


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.err = err
        self.objects: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def decode(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    def run(dialect: str, data: bytes, *flags: str, name: str = "capture") -> Ran:
        path = tmp_path / name
        path.write_bytes(data)
        code = main(["decode", dialect, str(path), *flags])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


def test_events_of_raw_bytes(decode: Any) -> None:
    ran = decode("modem", CALL, "--area", "2")
    assert (ran.code, ran.err) == (0, "")
    assert [one["event"] for one in ran.objects] == ["ringing", "caller", "caller", "ringing", "ring_stopped"]
    assert ran.objects[2]["caller"] == {
        "raw": "27208889",
        "e164": "+886227208889",
        "presentation": "shown",
        "name": "CHEN",
    }
    assert (ran.objects[0]["at"], ran.objects[-1]["at"]) == ("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:08.000Z")


def test_calls_once_at_their_end(decode: Any) -> None:
    (call,) = decode("modem", CALL, "--calls", "--region", "TW", "--area", "2").objects
    assert (call["state"], call["outcome"], call["caller"]["e164"]) == ("ended", "unknown", "+886227208889")
    assert call["ended"] == "1970-01-01T00:01:08.000Z"


def test_calls_at_each_change(decode: Any) -> None:
    ran = decode("modem", CALL, "--calls", "--follow")
    assert [one["state"] for one in ran.objects] == ["ringing"] * 4 + ["ring_stopped", "ended"]
    assert len({one["call"] for one in ran.objects}) == 1


def test_a_transcript_has_its_own_time_and_ends_where_it_ends(decode: Any) -> None:
    chunk = b'{"at": 1795325880.5, "dir": "in", "hex": "%s"}\n' % CALL.hex().encode()
    sent = b'{"at": 1795325880.0, "dir": "out", "hex": "%s"}\n' % CALL.hex().encode()
    (call,) = decode("modem", sent + chunk, "--calls", name="capture.jsonl").objects
    assert (call["state"], call["started"]) == ("ringing", "2026-11-22T05:38:00.500Z")
    assert [one["event"] for one in decode("modem", chunk, name="capture.jsonl").objects][-1] == "ringing"


def test_a_transcript_keeps_the_silence_between_its_chunks(decode: Any) -> None:
    lines = b"".join(b'{"at": %d, "dir": "in", "hex": "%s"}\n' % (at, CALL.hex().encode()) for at in (0, 100))
    calls = decode("modem", lines, "--calls", name="capture.jsonl").objects
    assert [(call["state"], call["ended"]) for call in calls] == [
        ("ended", "1970-01-01T00:01:08.000Z"),
        ("ringing", None),
    ]


def test_hexadecimal_text_and_stdin(decode: Any, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    spaced = " ".join(V4[at : at + 2] for at in range(0, len(V4), 2)).encode() + b"\n"
    found = decode("mdmf", spaced, "--hex").objects
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes.fromhex(V4))))
    assert main(["decode", "mdmf", "-"]) == 0
    assert [json.loads(line) for line in capfd.readouterr().out.splitlines()] == found
    assert found[1]["caller"]["name"] == "CHEN MEI LING"


def test_what_was_refused_is_printed_with_its_reason_and_alone_is_nothing_decoded(decode: Any) -> None:
    flipped = V4.replace("333431", "333531")
    assert decode("mdmf", (flipped + V4).encode(), "--hex").code == 0
    ran = decode("mdmf", flipped.encode(), "--hex")
    assert ran.code == 2
    assert [(one["event"], one["reason"]) for one in ran.objects] == [("rejected", "checksum should be 32, is 33")]


def test_a_withheld_number_has_no_e164(decode: Any) -> None:
    (call,) = decode("modem", b"RING\r\nNMBR = P\r\n", "--calls").objects
    assert (call["caller"]["raw"], call["caller"]["e164"], call["caller"]["presentation"]) == (None, None, "private")


@pytest.mark.parametrize(
    ("dialect", "data", "flags", "name", "message"),
    [
        ("morse", b"", (), "c", "no dialect 'morse'; known are"),
        ("modem", b"", (), "c", "could be decoded as modem"),
        ("modem", b"GET / HTTP/1.1\r\n\r\n", ("--calls",), "c", "could be decoded as modem"),
        ("mdmf", b"80 zz", ("--hex",), "c", "is not hexadecimal text"),
        ("mdmf", V4.encode(), ("--hex", "--region", "Q9"), "c", "no numbering plan for the region 'Q9'"),
        ("modem", b'{"at": 1}\n', (), "c.jsonl", "line 1 of the transcript"),
        ("modem", b'{"at": 1e30, "dir": "in", "hex": ""}\n', (), "c.jsonl", "has the time 1e+30"),
        ("modem", b'{"at": -1, "dir": "in", "hex": ""}\n', (), "c.jsonl", "has the time -1"),
    ],
)
def test_bad_input_is_one_line(decode: Any, dialect: str, data: bytes, flags: Any, name: str, message: str) -> None:
    ran = decode(dialect, data, *flags, name=name)
    assert (ran.code, ran.objects) == (2, [])
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "modem", "/no/such/file"]) == 2
    assert "cannot read /no/such/file: No such file or directory; check the path" in capfd.readouterr().err


PLACE = "https://pop.example.tw/hook/generic"
NEW_CALL = (
    b"POST /hook HTTP/1.1\r\nHost: inner:8791\r\nX-Ringdesk-Secret: s3cret\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    b"event=newCall&from=0912345678&to=0227208889&direction=in&callId=c1"
)


class TestWebhooks:
    @pytest.fixture
    def secret(self, tmp_path: Path) -> Any:
        def written(text: str) -> tuple[str, str]:
            (tmp_path / "secret").write_text(text)
            return "--secret-file", str(tmp_path / "secret")

        return written

    def test_a_request(self, decode: Any, secret: Any) -> None:
        flags = ("--at", "2026-11-22T05:38:00Z", "--url", PLACE, *secret("new\ns3cret\n"))
        ran = decode("generic", NEW_CALL, *flags)
        assert (ran.code, ran.err) == (0, "")
        (event,) = ran.objects
        assert (event["event"], event["at"], event["verified"]) == ("ringing", "2026-11-22T05:38:00.000Z", None)
        assert (event["caller"]["e164"], event["called"]["raw"]) == ("+886912345678", "0227208889")

    def test_the_call_of_a_request(self, decode: Any) -> None:
        (call,) = decode("generic", NEW_CALL, "--calls", "--at", "1795325880").objects
        assert (call["state"], call["started"]) == ("ringing", "2026-11-22T05:38:00.000Z")

    @pytest.mark.parametrize("flags", [(), ("--calls",)])
    def test_a_refused_one(self, decode: Any, secret: Any, flags: tuple[str, ...]) -> None:
        ran = decode("generic", NEW_CALL, *secret("another\n"), *flags)
        assert (ran.code, ran.err) == (0, "")
        (event,) = ran.objects
        assert (event["event"], event["verified"]) == ("rejected", False)
        assert event["reason"].startswith("the signature or the secret is wrong")

    def test_what_is_no_request_of_it(self, decode: Any) -> None:
        ran = decode("generic", b"POST / HTTP/1.1\r\n\r\n{}")
        assert (ran.code, [one["event"] for one in ran.objects]) == (2, ["rejected"])
        assert "is no request of generic" in ran.err

    @pytest.mark.parametrize(
        ("data", "flags", "message"),
        [
            (b"RING\r\n", (), "no HTTP request"),
            (NEW_CALL, ("--at", "soon"), "--at 'soon' is no time"),
            (NEW_CALL, ("--at", "nan"), "--at 'nan' is no time"),
            (NEW_CALL, ("--secret-file", "/no/such/file"), "cannot read /no/such/file"),
            (NEW_CALL, ("--secret-file", "/"), "cannot read /: "),
        ],
    )
    def test_bad_input_is_one_line(self, decode: Any, data: bytes, flags: Any, message: str) -> None:
        ran = decode("generic", data, *flags)
        assert (ran.code, ran.objects, ran.err.count("\n")) == (2, [], 1)
        assert message in ran.err
