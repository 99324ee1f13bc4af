"""Settings from where they may stand: the structs' defaults, the file, the environment, the flags; later ones win.

* file: `ringdesk.toml`, given by `--config`, else in the platform's settings directory where it may be missing;
* environment: `RINGDESK_SECTION_KEY`; a list is separated by white space, a table is written `name=value name=value`;
* flags: whatever the command line says, None where it says nothing.
"""

import difflib
import os
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
        "section_unknown": "{origin}: there is no section [{name}]; did you mean {near}?",
        "setting_unknown": "{origin}: there is no setting {name}; did you mean {near}?",
    }
)

FILE_NAME: Final = "ringdesk.toml"
PREFIX: Final = "RINGDESK_"
MAX_FILE: Final = 1 << 20
"""Bytes; a settings file has some hundred."""

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
    return _convert(settings, "the command line")


def usual_file() -> Path | None:
    """The platform's settings file, None where there is none to read."""
    usual = places().settings
    try:
        return usual if usual.is_file() else None
    except OSError:  # a folder that this user may not look into holds no settings for them
        return None


def _merge(under: Layer, over: Layer) -> Layer:
    return {name: under.get(name, {}) | over.get(name, {}) for name in under | over}


def _convert(layer: Layer, origin: str) -> Settings:
    try:
        settings = msgspec.convert(layer, Settings, strict=False)
    except msgspec.ValidationError as error:
        fields = {f"{section}.{key}": field for section in SECTIONS for key, field in fields_of(section).items()}
        raise BadInput(f"{origin}: {complaint.of_type(error, fields)}") from error
    general, business = settings.general, settings.business
    try:
        hours(business.hours, business.closed)
    except BadInput as error:
        raise BadInput(f"{origin}: {error}") from error
    if not is_language(general.language):
        raise BadInput(f"{origin}: there are no words in the language {general.language!r}; use en or zh-Hant")
    if general.region != General().region:  # the numbering plans take long to load
        from ringdesk.numbers import known_region

        if not known_region(general.region):
            raise BadInput(
                f"{origin}: there is no country {general.region!r} with telephones; use a code such as TW or US"
            )
    return settings


def is_language(tag: str) -> bool:
    """Whether there are words for a tag (`zh-Hant`, `zh_TW`, `en-GB`); "" is what the environment says."""
    plain = tag.replace("_", "-").lower()
    return plain in ("", "en", "zh-hant", "zh-tw", "zh-hk", "zh-mo") or plain.startswith(("en-", "zh-hant-"))


def _from_file(file: Path | None) -> Layer:
    if file is None:
        return {}
    try:
        with file.open("rb") as stream:
            text = stream.read(MAX_FILE + 1)
        found = tomllib.loads(text[:MAX_FILE].decode("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror or error}; give another file with --config") from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # TOMLDecodeError, UnicodeDecodeError; a number of thousands of digits
        raise BadInput(f"{file}: {complaint.of_toml(error)}") from error
    layer: Layer = {}
    for section, values in found.items():
        _known(section, list(SECTIONS), str(file), "section_unknown")
        if not isinstance(values, dict):
            raise BadInput(f"{file}: {section} is a section; write [{section}] on a line of its own")
        for key in values:
            _known(f"{section}.{key}", [f"{section}.{name}" for name in fields_of(section)], str(file))
        layer[section] = _anchored(section, values, file.parent)
    _convert(layer, str(file))
    return layer


def _from_environment(environ: Mapping[str, str]) -> Layer:
    """Variables of our sections; others that begin alike (RINGDESK_TEST_...) belong to somebody else."""
    layer: Layer = {}
    for name, value in environ.items():
        section, _, key = name.removeprefix(PREFIX).lower().partition("_")
        if not name.startswith(PREFIX) or section not in SECTIONS:
            continue
        known = {f"{PREFIX}{section}_{each}".upper(): each for each in fields_of(section)}
        _known(name, list(known), "the environment")
        values = {key: _parsed(section, key, value)}
        _convert({section: values}, f"the environment, {name}")
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


def _known(name: str, names: list[str], origin: str, code: str = "setting_unknown") -> None:
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1, cutoff=0)
    raise BadInput(Why(code, {"origin": origin, "name": name, "near": near[0]}))
