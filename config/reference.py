"""Writes what is made of the settings: `python -m config.reference` in the repository, after a change of settings.py."""

import json
from pathlib import Path
from typing import Any, Final

from msgspec.inspect import DictType, Field, IntType, Metadata, VarTupleType

from config.load import fields_of
from config.settings import SECTIONS

ROOT: Final = Path(__file__).parent.parent
TEMPLATE: Final = ROOT / "config" / "defaults" / "ringdesk.toml"
PAGE: Final = ROOT / "docs" / "reference" / "settings.md"
INTRODUCTION: Final = """# Settings

`ringdesk.toml` is read from `--config FILE`, else from the platform's settings directory (on Linux
`~/.config/ringdesk/`), where it may be missing. The environment wins over the file, flags win over both. The variable of
a key is `RINGDESK_SECTION_KEY`, for example `RINGDESK_DESK_SERVER`; a list is separated by white space, a table is
written `name=value name=value`. A relative path in the file is relative to the file's folder. An unknown key is refused,
and the nearest known one is named.

What a whole business shares (telephone sources and lines, webhooks) stands in the server's database and not here:
[admin settings](admin.md#central-settings).

This page is made of `config/settings.py` by `python -m config.reference`.
"""


def _default(field: Field) -> Any:
    return field.default if field.default_factory is not list and isinstance(field.default, str | int | tuple) else {}


def _description(field: Field) -> str:
    assert isinstance(field.type, Metadata), f"{field.name} has no description"
    return str((field.type.extra_json_schema or {})["description"])


def _kind(field: Field) -> str:
    kind = field.type.type if isinstance(field.type, Metadata) else field.type
    if isinstance(kind, VarTupleType):
        return "list"
    if isinstance(kind, DictType):
        return "table"
    if isinstance(kind, IntType):
        return "number"
    values = getattr(kind, "values", None)
    return " ".join(f"`{value}`" for value in values) if values else "text"


def _toml(value: Any) -> str:
    """A default as TOML: our defaults are texts, numbers, lists of texts and empty tables."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def template() -> str:
    """A settings file with every key at its default, each under its description."""
    parts = ["# Ringdesk's settings. Every key is here with its default; change what differs, delete the rest.\n"]
    for section, struct in SECTIONS.items():
        parts.append(f"\n[{section}]\n# {(struct.__doc__ or '').strip()}\n")
        for key, field in fields_of(section).items():
            parts.append(f"\n# {_description(field)}\n{key} = {_toml(_default(field))}\n")
    return "".join(parts)


def page() -> str:
    """The reference page, Markdown."""
    parts = [INTRODUCTION]
    for section, struct in SECTIONS.items():
        parts.append(f"\n## [{section}]\n\n{(struct.__doc__ or '').strip()}\n\n")
        parts.append("| key | values | default | meaning |\n|---|---|---|---|\n")
        for key, field in fields_of(section).items():
            parts.append(f"| `{key}` | {_kind(field)} | `{_toml(_default(field))}` | {_description(field)} |\n")
    return "".join(parts)


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
