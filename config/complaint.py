"""What is wrong with a settings file, in words: from what the parsers say, which only programmers read."""

import re
import tomllib
from typing import Any, Final

import msgspec
from msgspec.inspect import Field, IntType, Metadata, StrType

_KINDS: Final = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
_TEXT_IN_QUOTES: Final = 'write it as name = "value", texts in quotes'
_EXAMPLES: Final = {
    "general.region": "two capital letters, as in TW",
    "general.area": "the area code without the leading 0, as in 2",
}


def of_type(error: msgspec.ValidationError, fields: dict[str, Field]) -> str:
    """A value of another kind than its key's. `fields` is section.key -> what msgspec knows of it."""
    said, _, path = str(error).partition(" - at ")
    where = path.strip("`").removeprefix("$.")
    key = ".".join(where.split("[")[0].split(".")[:2])
    name = key if where.startswith(key + "[") else where
    expected = re.fullmatch(r"Expected `([a-z]+)(?: \| null)?`, got `([a-z]+)`", said)
    if expected is not None:
        wanted, got = (_KINDS.get(kind, kind) for kind in expected.groups())
        if name != where:
            return f"{name} holds {got} where {wanted} belongs"
        return f"{name} must be {wanted}, not {got}"
    field = fields.get(key)
    wanted_values = None if field is None else _values(key, field)
    return f"{name or 'a section'} must be {wanted_values}" if wanted_values else f"{name}: {said}"


def _values(key: str, field: Field) -> str | None:
    kind: Any = field.type.type if isinstance(field.type, Metadata) else field.type
    if isinstance(kind, IntType) and kind.ge is not None and kind.le is not None:
        return f"a whole number from {kind.ge} to {kind.le}"
    if isinstance(kind, IntType) and kind.ge is not None:
        return f"a whole number, {kind.ge} or more"
    if isinstance(kind, StrType):
        return _EXAMPLES.get(key)
    values = getattr(kind, "values", None)
    return None if not values else "one of " + ", ".join(str(value) for value in values)


def of_toml(error: Exception) -> str:
    """A file that cannot be read as settings: where, why, and how it is written."""
    if isinstance(error, UnicodeDecodeError):
        return "the file is not text in UTF-8; save it as UTF-8"
    if isinstance(error, RecursionError):
        return f"too much stands inside each other; {_TEXT_IN_QUOTES}"
    if not isinstance(error, tomllib.TOMLDecodeError):
        return f"it holds a number that is too long ({_lower(str(error))}); {_TEXT_IN_QUOTES}"
    found = re.fullmatch(r"(.*) \(at (line \d+), column \d+\)", str(error))
    if found is None:
        reason = str(error).removesuffix(" (at end of document)")
        return f"it ends in the middle of something ({_lower(reason)}); {_TEXT_IN_QUOTES}"
    return f"{found[2]} cannot be read ({_lower(found[1])}); {_TEXT_IN_QUOTES}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
