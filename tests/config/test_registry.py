"""Finding dialects."""

import sys
from pathlib import Path

import pytest

import ringdesk
from config import registry
from config.registry import Broken
from ringdesk.codecs import refusals
from ringdesk.codecs.http import Request
from ringdesk.dialects import Level, SourceOptions
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


class Packages:
    """Installed packages of a test: each offers what its entry points say."""

    def __init__(self, room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._room = room
        self._monkeypatch = monkeypatch

    def install(self, name: str, value: str, package: str = "acme-box", group: str = registry.GROUP) -> None:
        """One entry point more of a package, whose folder is on the path before ours."""
        folder = self._room / package
        info = folder / f"{package.replace('-', '_')}-1.dist-info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
        with (info / "entry_points.txt").open("a") as stream:
            stream.write(f"[{group}]\n{name} = {value}\n")
        self._monkeypatch.syspath_prepend(str(folder))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    return Packages(tmp_path, monkeypatch)


REAL = "ringdesk.dialects.tci:TciDialect"
HOOK = "ringdesk.dialects.shop:ShopDialect"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_module_at_all:Dialect", "ModuleNotFoundError: No module named 'no_such_module_at_all'"),
        ("ringdesk.dialects:Nothing", "AttributeError: module 'ringdesk.dialects' has no attribute 'Nothing'"),
        ("ringdesk.tracker.life:TRANSITIONS", "ringdesk.tracker.life:TRANSITIONS is no class"),
    ],
)
def test_one_that_cannot_be_imported_is_a_value(packages: Packages, value: str, reason: str) -> None:
    packages.install("acme", value)
    assert registry.find("acme", ["acme"]) == Broken("acme", reason)
    with pytest.raises(BadInput, match=r"'acme' cannot be imported .*install its package again"):
        registry.dialect("acme", ["acme"])
    (found,) = registry.foreign(["acme"])
    assert (found.name, found.level, found.why.code, found.usable) == ("acme", Level.BROKEN, "dialect_broken", False)


class TestForeignDialects:
    def test_one_that_is_not_allowed_is_neither_used_nor_imported(
        self, packages: Packages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "acme_intruder.py").write_text("class Dialect: pass\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        packages.install("acme", "acme_intruder:Dialect")
        assert "acme" not in registry.names()
        with pytest.raises(BadInput) as said:
            registry.dialect("acme", ["other"])
        assert "is of the package acme-box and not allowed here" in str(said.value)
        assert 'write dialects = ["other", "acme"] under [general] in ringdesk.toml' in str(said.value)
        (found, _) = registry.foreign(["other"])
        assert (found.name, found.level, found.why.code, found.usable) == (
            "acme",
            Level.WARNING,
            "dialect_not_allowed",
            True,
        )
        assert "acme_intruder" not in sys.modules
        assert callable(registry.find("acme", ["acme"]))
        assert "acme_intruder" in sys.modules

    def test_one_that_is_allowed_is_like_ours(self, packages: Packages) -> None:
        packages.install("acme", REAL)
        packages.install("acme-hook", HOOK, group=registry.WEBHOOKS)
        allowed = ["acme", "acme-hook"]
        assert set(registry.names(allowed)) - set(registry.names()) == {"acme"}
        assert set(registry.webhook_names(allowed)) - set(registry.webhook_names()) == {"acme-hook"}
        assert registry.dialect("acme", allowed)("s", SourceOptions()).next_due is None
        asked = registry.webhook("acme-hook", allowed)("s", SourceOptions()).request(
            Request(method="GET", url=""), 0.0, ()
        )
        assert asked.refused == refusals.UNREADABLE
        with pytest.raises(BadInput, match="acme-hook is a webhook"):
            registry.dialect("acme-hook", allowed)
        with pytest.raises(BadInput, match="acme is heard on a line"):
            registry.webhook("acme", allowed)
        assert [each.why.code for each in registry.foreign(allowed)] == ["dialect_of_package"] * 2

    def test_asked_for_as_the_other_kind_it_says_first_that_it_is_not_allowed(self, packages: Packages) -> None:
        packages.install("acme-hook", HOOK, group=registry.WEBHOOKS)
        with pytest.raises(BadInput, match="not allowed here"):
            registry.dialect("acme-hook")

    @pytest.mark.parametrize("group", [registry.GROUP, registry.WEBHOOKS])
    @pytest.mark.parametrize("name", ["modem", "generic"])
    def test_none_takes_a_name_of_ours_whatever_is_allowed(self, packages: Packages, group: str, name: str) -> None:
        before = registry.names(), registry.webhook_names()
        packages.install(name, "acme_does_not_exist:Dialect", group=group)
        for allowed in ((), (name,)):
            assert (registry.names(allowed), registry.webhook_names(allowed)) == before
            ours = (registry.find if name == "modem" else registry.find_webhook)(name, allowed)
            assert isinstance(ours, type), ours
            assert ours.__module__ == f"ringdesk.dialects.{name}"
            other = (registry.find_webhook if name == "modem" else registry.find)(name, allowed)
            assert other is None
        assert registry.is_ours(name)
        (found,) = registry.foreign()
        assert (found.name, found.level, found.why.code, found.usable) == (name, Level.WARNING, "dialect_is_ours", True)

    def test_a_name_that_two_packages_offer_is_nobodys(self, packages: Packages) -> None:
        packages.install("acme", REAL)
        packages.install("acme", REAL, package="other-box")
        assert "acme" not in registry.names(["acme"])
        with pytest.raises(BadInput, match="offered more than once, by acme-box, other-box; leave one"):
            registry.dialect("acme", ["acme"])
        (found,) = registry.foreign(["acme"])
        assert (found.why.code, found.usable) == ("dialect_twice", False)

    def test_an_allowed_name_that_nobody_offers_is_told(self) -> None:
        (found,) = registry.foreign(["acme", "modem"])
        assert (found.name, found.level, found.why.code, found.usable) == (
            "acme",
            Level.BROKEN,
            "dialect_missing",
            False,
        )

    def test_what_a_package_says_of_itself_is_clean(self, packages: Packages) -> None:
        packages.install("ac\x1b[2Jme", REAL)
        (found,) = registry.foreign()
        assert found.why.english().isprintable()
        assert found.name.isprintable()


class TestWhoIsOurs:
    """The distribution from which the program runs, whatever another one calls itself."""

    @pytest.mark.parametrize("package", ["ringdesk", "ringdesk-extra", "ringdesk_dialects"])
    def test_a_package_of_our_name_in_another_folder_is_foreign(self, packages: Packages, package: str) -> None:
        packages.install("acme", REAL, package=package)
        assert "acme" not in registry.names()
        assert isinstance(registry.find("acme"), registry.Barred)
        assert not registry.is_ours("acme")
        assert "acme" in registry.names({"acme"})
        assert [each.name for each in registry.foreign()] == ["acme"]

    def test_nor_can_it_take_the_name_of_one_of_ours(self, packages: Packages) -> None:
        packages.install("modem", REAL, package="ringdesk")
        found = registry.find("modem")
        assert found is not None
        assert not isinstance(found, registry.Broken | registry.Barred)
        assert found.__module__ == "ringdesk.dialects.modem"

    @pytest.mark.parametrize(
        "origin", ["", "{", "[]", '{"url": 5}', '{"url": "file:///tmp/elsewhere"}', '{"url": "https://x"}']
    )
    def test_whatever_it_says_of_its_origin(self, packages: Packages, tmp_path: Path, origin: str) -> None:
        packages.install("acme", REAL, package="ringdesk")
        (tmp_path / "ringdesk" / "ringdesk-1.dist-info" / "direct_url.json").write_text(origin)
        assert not registry.is_ours("acme")

    def test_an_installed_one_is_known_by_its_files(
        self, packages: Packages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        packages.install("acme", REAL, package="ringdesk")
        code = tmp_path / "ringdesk" / "ringdesk" / "__init__.py"
        code.parent.mkdir()
        code.write_text("")
        (tmp_path / "ringdesk" / "ringdesk-1.dist-info" / "RECORD").write_text("ringdesk/__init__.py,,\n")
        assert not registry.is_ours("acme")
        monkeypatch.setattr(ringdesk, "__file__", str(code))
        assert registry.is_ours("acme")
