import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import save
from config.reference import TEMPLATE
from ringdesk.errors import BadInput

FILE = """# my shop
[general]
region = "TW"  # Taiwan
# area of the branch
area = "4"

[desk]
sources = [
  "serial:///dev/ttyS0",  # the old one
]
user = "mei # not a comment"   # who

[server]
listen = "127.0.0.1:1"
"""


def test_only_what_changes_is_written_and_comments_stay() -> None:
    after = save.changed(FILE, {"general": {"area": "2", "language": "en"}, "desk": {"sources": ["serial://COM3"]}})
    assert tomllib.loads(after) == {
        "general": {"region": "TW", "area": "2", "language": "en"},
        "desk": {"sources": ["serial://COM3"], "user": "mei # not a comment"},
        "server": {"listen": "127.0.0.1:1"},
    }
    for kept in ("# my shop", 'region = "TW"  # Taiwan', "# area of the branch", "   # who"):
        assert kept in after


def test_a_comment_behind_a_changed_value_stays() -> None:
    assert 'user = "ann"   # who' in save.changed(FILE, {"desk": {"user": "ann"}})


def test_nothing_changed_is_the_same_file() -> None:
    assert save.changed(FILE, {"general": {"area": "4"}}) == FILE
    assert save.changed("", {}) == ""


def test_an_empty_file_and_the_template_take_every_value() -> None:
    for text in ("", TEMPLATE.read_text(encoding="utf-8")):
        after = save.changed(text, {"general": {"area": "2"}, "desk": {"sources": ["a", "b"]}})
        assert tomllib.loads(after)["desk"]["sources"] == ["a", "b"]
        assert tomllib.loads(after)["general"]["area"] == "2"


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_comes_back(user: str, sources: list[str]) -> None:
    user = user.encode("utf-8", "ignore").decode()
    sources = [each.encode("utf-8", "ignore").decode() for each in sources]
    after = save.changed(FILE, {"desk": {"user": user, "sources": sources}})
    assert tomllib.loads(after)["desk"] == {"user": user, "sources": sources}


@pytest.mark.parametrize("text", ["general = {area = '4'}\n", "general.area = '4'\n", "no toml"])
def test_what_cannot_be_changed_line_by_line_is_said(text: str) -> None:
    with pytest.raises(BadInput):
        save.changed(text, {"general": {"area": "2"}})


def test_it_is_written_whole_with_the_mode_that_it_had(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "ringdesk.toml"
    save.write(file, "a")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    save.write(file, "b")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("b", 0o640)
    assert [each.name for each in file.parent.iterdir()] == ["ringdesk.toml"]
    with pytest.raises(BadInput):
        save.write(file / "below", "c")
