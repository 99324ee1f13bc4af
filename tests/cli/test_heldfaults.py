"""What is said of the sources that a server is to listen to before it does: what can never work, what may not be meant."""

import re
from pathlib import Path

import pytest

from cli.heldfaults import doubts, expect_usable
from cli.heldlines import specs_of
from ringdesk.errors import BadInput
from server.store.values import Central, Source


def said(*sources: Source) -> list[str]:
    """The doubts; `BadInput` where one of the sources cannot work."""
    specs = specs_of(Central(sources, ()), ())
    expect_usable(specs, ())
    return list(doubts(specs, ()))


def source(url: str, dialect: str, secrets: str = "", name: str = "pbx") -> Source:
    return Source(id=name, dialect=dialect, url=url, secrets=secrets)


@pytest.mark.parametrize(
    ("url", "dialect", "secrets", "words"),
    [
        ("tcp://192.0.2.5:5038", "ami", "", 'secrets = ["user:password"]'),
        ("tcp://192.0.2.5:5038", "ami", "only-a-password", 'secrets = ["user:password"]'),
        ("tcp://192.0.2.5:8021", "esl", "", "into the secrets of this source"),
        ("udp://:5060?registrar=192.0.2.5", "sip", "only-a-password", "as whom to register with 192.0.2.5"),
    ],
)
def test_who_could_not_log_in_is_refused_in_the_words_of_the_central_settings(
    url: str, dialect: str, secrets: str, words: str
) -> None:
    with pytest.raises(BadInput, match=re.escape(words)) as refusal:
        said(source(url, dialect, secrets))
    assert str(refusal.value).startswith("[[source]] pbx: ")
    assert "only-a-password" not in str(refusal.value)
    assert "file" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "dialect", "secrets"),
    [
        ("tcp://192.0.2.5:5038", "ami", "an-old-one\nuser:password"),
        ("tcp://192.0.2.5:8021", "esl", "ClueCon"),
        ("udp://:5060?registrar=192.0.2.5", "sip", "user:password"),
        ("udp://:5060", "sip", ""),
        ("socket://192.0.2.5:4001", "modem", ""),
        ("", "ami", ""),
        ("serial:///dev/ttyACM0", "modem", "of no use"),
        ("", "generic", "of a webhook"),
    ],
)
def test_nothing_is_said_of_what_can_work_and_of_what_the_server_does_not_listen_to(
    url: str, dialect: str, secrets: str
) -> None:
    assert said(source(url, dialect, secrets)) == []


def test_secrets_of_which_the_dialect_knows_nothing_are_doubted() -> None:
    assert said(source("tcp://192.0.2.5:3333", "ncid", "never-told")) == [
        "[[source]] pbx: ncid knows no login, so nothing is done with its secrets; take them out"
    ]


def test_who_registers_without_a_password_may_be_asked_for_one() -> None:
    (words,) = said(source("udp://:5060?registrar=192.0.2.5", "sip"))
    assert 'write secrets = ["user:password"]' in words


def test_a_file_of_authorities_that_is_not_there_may_come(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    pbx = source(f"tcp://192.0.2.5:5039?tls=1&ca={file}", "ami", "user:password")
    (words,) = said(pbx)
    assert f"the file ca={file} cannot be read here" in words
    file.touch()
    assert said(pbx) == []


def test_two_sources_at_one_port_of_the_server_are_refused_by_their_names() -> None:
    one, other = source("udp://:3520", "whozz", name="box"), source("udp://0.0.0.0:3520", "sip", name="trunk")
    with pytest.raises(BadInput, match=re.escape("[[source]] box and [[source]] trunk would both listen at port 3520")):
        said(one, other)
    assert said(one, source("udp://:3521", "sip", name="trunk")) == []
    assert said(one, source("serial:///dev/ttyACM0", "modem", name="trunk")) == []
