"""The answers of a setup that was broken off: for their person alone, and never a reason to fail."""

import json
from pathlib import Path

import pytest

from cli.setup_answers import Answers


def test_they_are_kept_for_their_person_alone_and_never_through_a_link(tmp_path: Path) -> None:
    victim, draft = tmp_path / "victim", tmp_path / "setup-draft.json"
    victim.write_text("precious", encoding="utf-8")
    victim.chmod(0o644)
    for link in (draft, tmp_path / "setup-draft.json.new"):
        link.symlink_to(victim)
    answers = Answers(tmp_path / "ringdesk.toml")
    assert not answers.resume(draft)
    answers["general.area"] = "3"
    assert victim.read_text("utf-8") == "precious"
    assert not draft.is_symlink()
    assert draft.stat().st_mode & 0o777 == 0o600
    again = Answers(tmp_path / "ringdesk.toml")
    assert again.resume(draft)
    assert again["general.area"] == "3"


def test_what_is_begun_is_kept_at_once_and_what_is_taken_back_is_not(tmp_path: Path) -> None:
    draft = tmp_path / "setup-draft.json"
    answers = Answers(tmp_path / "ringdesk.toml")
    assert not answers.resume(draft)
    answers.begun["line.address"] = "pbx.shop"
    answers["general.area"] = "3"
    again = Answers(tmp_path / "ringdesk.toml")
    assert again.resume(draft)
    assert again.begun == {"line.address": "pbx.shop"}
    again.begun.clear()
    again["general.area"] = ""
    assert not draft.exists()


def test_a_draft_goes_when_its_own_settings_are_written(tmp_path: Path) -> None:
    draft = tmp_path / "setup-draft.json"
    answers = Answers(tmp_path / "ringdesk.toml")
    answers.resume(draft)
    answers["general.area"] = "3"
    Answers(tmp_path / "other.toml").done(draft)
    assert draft.exists()
    Answers(tmp_path / "ringdesk.toml").done(draft)
    assert not draft.exists()


@pytest.mark.parametrize("begun", ["3", "[1]", '{"line.address": 3}'])
def test_what_is_begun_is_text(tmp_path: Path, begun: str) -> None:
    draft = tmp_path / "setup-draft.json"
    answers = Answers(tmp_path / "ringdesk.toml")
    file = json.dumps(str(tmp_path / "ringdesk.toml"))
    draft.write_text(f'{{"file": {file}, "answers": {{}}, "begun": {begun}}}', encoding="utf-8")
    assert not answers.resume(draft)
    assert answers.begun == {}


@pytest.mark.parametrize("value", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_what_is_nested_too_deeply_is_no_draft(tmp_path: Path, value: str) -> None:
    draft = tmp_path / "setup-draft.json"
    answers = Answers(tmp_path / "ringdesk.toml")
    file = json.dumps(str(tmp_path / "ringdesk.toml"))
    draft.write_text(f'{{"file": {file}, "answers": {{"general": {{"area": {value}}}}}}}', encoding="utf-8")
    assert not answers.resume(draft)
