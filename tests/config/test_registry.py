"""Finding dialects."""

from importlib.metadata import EntryPoint

import pytest

from config import registry
from config.registry import Broken
from ringdesk.codecs import refusals
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions
from ringdesk.errors import BadInput


def test_our_own_are_found() -> None:
    assert {"mdmf", "modem"} <= set(registry.names())
    for name in registry.names():
        found = registry.find(name)
        assert found is not None
        assert not isinstance(found, Broken), found
    assert registry.dialect("modem")("s", SourceOptions()).next_due is None


def test_webhooks_are_another_kind() -> None:
    for name in registry.webhook_names():
        found = registry.find_webhook(name)
        assert found is not None
        assert not isinstance(found, Broken), found
    assert not set(registry.names()) & set(registry.webhook_names())
    one = registry.webhook("generic")("s", SourceOptions())
    assert one.request(Request(method="GET", url=""), 0.0, ()).refused == refusals.UNREADABLE
    with pytest.raises(BadInput, match=r"generic is a webhook: .*; known on a line are .*modem"):
        registry.dialect("generic")
    with pytest.raises(BadInput, match=r"modem is heard on a line, .*; known webhooks are .*generic"):
        registry.webhook("modem")


def test_an_unknown_one_lists_the_known() -> None:
    assert registry.find("morse") is None
    with pytest.raises(BadInput, match=r"no dialect 'morse'; known are .*mdmf, modem"):
        registry.dialect("morse")
    with pytest.raises(BadInput, match=r"no dialect 'morse'; known are .*modem.* as webhooks .*generic"):
        registry.webhook("morse")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_module_at_all:Dialect", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("ringdesk.dialects:Nothing", "AttributeError: module 'ringdesk.dialects' has no attribute 'Nothing'"),
        ("ringdesk.tracker.life:TRANSITIONS", "ringdesk.tracker.life:TRANSITIONS is no class"),
    ],
)
def test_one_that_cannot_be_imported_is_a_value(monkeypatch: pytest.MonkeyPatch, value: str, reason: str) -> None:
    entry = EntryPoint("foreign", value, registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: (entry,))
    assert registry.find("foreign") == Broken("foreign", reason)
    with pytest.raises(BadInput, match="cannot be imported"):
        registry.dialect("foreign")
