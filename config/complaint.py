"""What is wrong with a settings file, in words: from what the parsers say, which only programmers read."""

import re
import tomllib
from typing import Any, Final

import msgspec
from msgspec.inspect import Field, IntType, Metadata, StrType

from ringdesk.why import Why, register

_TEXT_IN_QUOTES: Final = 'write it as name = "value", texts in quotes'

register(
    {
        "kind_text": "a text",
        "kind_number": "a number",
        "kind_switch": "true or false",
        "kind_list": "a list",
        "kind_table": "a table",
        "kind_nothing": "nothing",
        "kind_other": "something else",
        "settings_holds": "{origin}: {name} holds {got} where {wanted} belongs",
        "settings_kind": "{origin}: {name} must be {wanted}, not {got}",
        "settings_odd": "{origin}: {name}: {said}",
        "settings_no_section": "{origin}: a section must be a table; write [SECTION] on a line of its own",
        "settings_range": "{origin}: {name} must be a whole number from {least} to {most}",
        "settings_least": "{origin}: {name} must be a whole number, {least} or more",
        "settings_whole": "{origin}: {name} must be a whole number",
        "settings_country": "{origin}: {name} must be two capital letters, as in TW",
        "settings_area": "{origin}: {name} must be the area code without the leading 0, as in 2",
        "settings_values": "{origin}: {name} must be one of {values}",
        "toml_utf8": "the file is not text in UTF-8; save it as UTF-8",
        "toml_deep": f"too much stands inside each other; {_TEXT_IN_QUOTES}",
        "toml_long": f"it holds a number that is too long ({{reason}}); {_TEXT_IN_QUOTES}",
        "toml_cut": f"it ends in the middle of something ({{reason}}); {_TEXT_IN_QUOTES}",
        "toml_line": f"line {{line}} cannot be read ({{reason}}); {_TEXT_IN_QUOTES}",
    }
)

_KINDS: Final = {
    "str": "kind_text",
    "int": "kind_number",
    "float": "kind_number",
    "bool": "kind_switch",
    "array": "kind_list",
    "object": "kind_table",
    "null": "kind_nothing",
}
_EXAMPLES: Final = {"general.region": "settings_country", "general.area": "settings_area"}


def of_type(error: msgspec.ValidationError, fields: dict[str, Field], origin: dict[str, str]) -> Why:
    """A value of another kind than its key's. `fields` is section.key -> what msgspec knows of it, `origin` the arguments
    that say where it stands."""
    said, _, path = str(error).partition(" - at ")
    where = path.strip("`").removeprefix("$.")
    key = ".".join(where.split("[")[0].split(".")[:2])
    name = key if where.startswith(key + "[") else where
    field = fields.get(key)
    allowed = None if field is None or name != where else _values(key, field)
    if allowed is not None:  # also where the kind is wrong: what is allowed says more
        return Why(allowed.code, {**origin, "name": name, **allowed.args})
    expected = re.fullmatch(r"Expected `([a-z]+)(?: \| null)?`, got `([a-z]+)`", said)
    if expected is not None and name:
        wanted, got = (Why(_KINDS.get(kind, "kind_other")) for kind in expected.groups())
        kinds = {"wanted": wanted.english(), "wanted_code": wanted.code, "got": got.english(), "got_code": got.code}
        return Why("settings_holds" if name != where else "settings_kind", {**origin, "name": name, **kinds})
    if not name:
        return Why("settings_no_section", origin)
    return Why("settings_odd", {**origin, "name": name, "said": said})


def _values(key: str, field: Field) -> Why | None:
    """What may stand there; without where that is."""
    kind: Any = field.type.type if isinstance(field.type, Metadata) else field.type
    if isinstance(kind, IntType) and kind.ge is not None and kind.le is not None:
        return Why("settings_range", {"least": str(kind.ge), "most": str(kind.le)})
    if isinstance(kind, IntType) and kind.ge is not None:
        return Why("settings_least", {"least": str(kind.ge)})
    if isinstance(kind, IntType):
        return Why("settings_whole")
    if isinstance(kind, StrType):
        return Why(_EXAMPLES[key]) if key in _EXAMPLES else None
    values = getattr(kind, "values", None)
    return None if not values else Why("settings_values", {"values": ", ".join(str(value) for value in values)})


def of_toml(error: Exception) -> Why:
    """A file that cannot be read as settings: where, why, and how it is written."""
    if isinstance(error, UnicodeDecodeError):
        return Why("toml_utf8")
    if isinstance(error, RecursionError):
        return Why("toml_deep")
    if not isinstance(error, tomllib.TOMLDecodeError):
        return Why("toml_long", {"reason": _lower(str(error))})
    found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error))
    if found is None:
        return Why("toml_cut", {"reason": _lower(str(error).removesuffix(" (at end of document)"))})
    return Why("toml_line", {"line": found[2], "reason": _lower(found[1])})


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
