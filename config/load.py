"""Settings from where they may stand: the structs' defaults, the file, the environment, the flags; later ones win.

* file: `ringdesk.toml`, given by `--config`, else in the platform's settings directory where it may be missing;
* environment: `RINGDESK_SECTION_KEY`; a list is separated by white space, a table is written `name=value name=value`;
* flags: whatever the command line says, None where it says nothing.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.inspect import DictType, Field, Metadata, StructType, VarTupleType, type_info

from config import complaint
from config.settings import SECTIONS, General, Settings
from ringdesk.errors import BadInput
from ringdesk.hours import hours
from ringdesk.why import Why, register

register(
    {
        "from_file": "{file}",
        "from_flags": "the command line",
        "from_environment": "the environment",
        "from_variable": "the environment, {variable}",
        "settings_part": "{origin}: {what}",
        "settings_language": "{origin}: there are no words in the language '{language}'; use en or zh-Hant",
        "settings_region": "{origin}: there is no country '{region}' with telephones; use a code such as TW or US",
        "settings_missing": "{file}: there is no such file; give another file with --config",
        "settings_unread": "{file}: {reason}; give another file with --config",
        "settings_section": "{file}: {name} is a section; write [{name}] on a line of its own",
        "section_unknown": "{origin}: there is no section [{name}]; did you mean {near}?",
        "setting_unknown": "{origin}: there is no setting {name}; did you mean {near}?",
    }
)

FILE_NAME: Final = "ringdesk.toml"
PREFIX: Final = "RINGDESK_"
MAX_FILE: Final = 1 << 20
"""Bytes; a settings file has some hundred."""

_WRITTEN: Final = re.compile(r"""^\[general\][^\[]*?^\s*language\s*=\s*["']([A-Za-z_-]*)["']""", re.MULTILINE)
"""The line of the language, also where the rest is no TOML. A list in square brackets before it hides it, no more."""

Layer = dict[str, dict[str, Any]]


class Places(msgspec.Struct, frozen=True):
    """Where this platform keeps things: the settings file, data of the person, state such as logs."""

    settings: Path
    data: Path
    state: Path


def places() -> Places:
    """The platform's directories (XDG on Linux, Library on macOS, AppData on Windows). Nothing is created."""
    from platformdirs import PlatformDirs

    dirs = PlatformDirs("ringdesk", appauthor=False)
    return Places(dirs.user_config_path / FILE_NAME, dirs.user_data_path, dirs.user_state_path)


def fields_of(section: str) -> dict[str, Field]:
    """Key -> what msgspec knows of it, in the order of the struct."""
    info = type_info(SECTIONS[section])
    assert isinstance(info, StructType)
    return {field.name: field for field in info.fields}


def load(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Mapping[str, Any]] | None = None,
) -> Settings:
    """The settings in force. Raises `BadInput`, naming file and key, for what cannot be read or is not known.

    `file` must exist if it is given; `environ` defaults to the process's; `flags` is section -> key -> value.
    """
    settings = _merge({}, _from_file(file if file is not None else usual_file()))
    settings = _merge(settings, _from_environment(os.environ if environ is None else environ))
    for section, values in (flags or {}).items():
        settings = _merge(settings, {section: {key: value for key, value in values.items() if value is not None}})
    return _convert(settings, Why("from_flags"))


def usual_file() -> Path | None:
    """The platform's settings file, None where there is none to read."""
    usual = places().settings
    try:
        return usual if usual.is_file() else None
    except OSError:  # a folder that this user may not look into holds no settings for them
        return None


def _merge(under: Layer, over: Layer) -> Layer:
    return {name: under.get(name, {}) | over.get(name, {}) for name in under | over}


def _at(origin: Why) -> dict[str, str]:
    """The arguments of a reason that begins with where something stands."""
    return {"origin": origin.english(), "origin_code": origin.code, **origin.args}


def _part(origin: Why, what: Why) -> Why:
    """Where something stands, and what is wrong with it."""
    return Why("settings_part", {**_at(origin), "what": what.english(), "what_code": what.code, **what.args})


def _convert(layer: Layer, origin: Why) -> Settings:
    try:
        settings = msgspec.convert(layer, Settings, strict=False)
    except msgspec.ValidationError as error:
        fields = {f"{section}.{key}": field for section in SECTIONS for key, field in fields_of(section).items()}
        raise BadInput(complaint.of_type(error, fields, _at(origin))) from error
    general, business = settings.general, settings.business
    try:
        hours(business.hours, business.closed)
    except BadInput as error:
        raise BadInput(_part(origin, error.why) if error.why else f"{origin.english()}: {error}") from error
    if not is_language(general.language):
        raise BadInput(Why("settings_language", {**_at(origin), "language": general.language}))
    if general.region != General().region:  # the numbering plans take long to load
        from ringdesk.numbers import known_region

        if not known_region(general.region):
            raise BadInput(Why("settings_region", {**_at(origin), "region": general.region}))
    return settings


def language_of(file: Path | None = None) -> str:
    """The language that the settings ask for, as far as that can be read in a file that is wrong elsewhere; "" where they say
    nothing. The environment wins over the file; where `file` is not there it is that of the usual one."""
    said = os.environ.get(f"{PREFIX}GENERAL_LANGUAGE", "")
    found = _written_in(file) if not said and file is not None else None
    if not said and found is None:
        usual = usual_file()
        found = None if usual is None else _written_in(usual)
    said = said or found or ""
    return said if is_language(said) else ""


def _written_in(file: Path) -> str | None:
    """The language in a settings file, "" where it says none; None for one that cannot be read."""
    try:
        with file.open("rb") as stream:
            found = _WRITTEN.search(stream.read(MAX_FILE).decode("utf-8-sig"))
    except (OSError, ValueError):
        return None
    return found[1] if found else ""


def is_language(tag: str) -> bool:
    """Whether there are words for a tag (`zh-Hant`, `zh_TW`, `en-GB`); "" is what the environment says."""
    plain = tag.replace("_", "-").lower()
    return plain in ("", "en", "zh-hant", "zh-tw", "zh-hk", "zh-mo") or plain.startswith(("en-", "zh-hant-"))


def _from_file(file: Path | None) -> Layer:
    if file is None:
        return {}
    origin = Why("from_file", {"file": str(file)})
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_FILE + 1)
        found = tomllib.loads(text[:MAX_FILE].decode("utf-8-sig"))
    except OSError as error:
        code = "settings_missing" if isinstance(error, FileNotFoundError) else "settings_unread"
        raise BadInput(Why(code, {"file": str(file), "reason": error.strerror or str(error)})) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # TOMLDecodeError, UnicodeDecodeError; a number of thousands of digits
        raise BadInput(_part(origin, complaint.of_toml(error))) from error
    layer: Layer = {}
    for section, values in found.items():
        _known(section, list(SECTIONS), origin, "section_unknown")
        if not isinstance(values, dict):
            raise BadInput(Why("settings_section", {"file": str(file), "name": section}))
        for key in values:
            _known(f"{section}.{key}", [f"{section}.{name}" for name in fields_of(section)], origin)
        layer[section] = _anchored(section, values, file.parent)
    _convert(layer, origin)
    return layer


def _from_environment(environ: Mapping[str, str]) -> Layer:
    """Variables of our sections; others that begin alike (RINGDESK_TEST_...) belong to somebody else."""
    layer: Layer = {}
    for name, value in environ.items():
        section, _, key = name.removeprefix(PREFIX).lower().partition("_")
        if not name.startswith(PREFIX) or section not in SECTIONS:
            continue
        known = {f"{PREFIX}{section}_{each}".upper(): each for each in fields_of(section)}
        _known(name, list(known), Why("from_environment"))
        values = {key: _parsed(section, key, value)}
        _convert({section: values}, Why("from_variable", {"variable": name}))
        layer.setdefault(section, {}).update(values)
    return layer


def _parsed(section: str, key: str, value: str) -> Any:
    kind = _plain_type(fields_of(section)[key])
    if isinstance(kind, VarTupleType):
        return value.split()
    if isinstance(kind, DictType):
        return {name: text for name, _, text in (word.partition("=") for word in value.split())}
    return value


def _plain_type(field: Field) -> Any:
    return field.type.type if isinstance(field.type, Metadata) else field.type


def _anchored(section: str, values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Relative paths of a file belong to its folder: a service starts somewhere else than the person who wrote it."""
    anchored = dict(values)
    for key, field in fields_of(section).items():
        marked = isinstance(field.type, Metadata) and (field.type.extra or {}).get("path")
        if marked and isinstance(anchored.get(key), str) and anchored[key]:
            anchored[key] = str(folder / Path(anchored[key]).expanduser())
    return anchored


def _known(name: str, names: list[str], origin: Why, code: str = "setting_unknown") -> None:
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0)
    raise BadInput(Why(code, {**_at(origin), "name": name, "near": near[0]}))
