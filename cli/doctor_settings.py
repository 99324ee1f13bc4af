"""What the doctor finds in the settings: which file, the lines that it names, the keys that it gives away."""

import platform
from collections.abc import Iterator
from pathlib import Path

from cli.findings import Finding, wrong
from cli.pumps import expect_dialect
from config.load import load, places, usual_file
from config.settings import Settings
from ringdesk.dialects import Level
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.callerid.source import SourceSpec, expect_apart, parse


def settings(given: Path | None) -> tuple[Finding, Settings]:
    """Which settings file is read, or would be; and the settings, the usual ones where these cannot be used."""
    try:
        known = load(given)
    except BadInput as error:
        said = None if error.why else str(error)
        return wrong("settings", error.why or Why("doctor_settings_wrong"), said), Settings()
    file = given or usual_file()
    if file is None:
        return Finding(check="settings", why=Why("doctor_settings_none", {"file": str(places().settings)})), known
    return Finding(check="settings", why=Why("doctor_settings_read", {"file": str(file.absolute())})), known


def of_settings(known: Settings) -> tuple[list[SourceSpec], list[Finding]]:
    """The lines that the settings name, and what is wrong with those that cannot be used."""
    lines, unusable = [], []
    general = known.general
    for url in known.desk.sources:
        try:
            spec = parse(url, platform.node(), region=general.region, area=general.area)
            expect_dialect(spec, general.dialects)
        except BadInput as error:
            said = None if error.why else str(error)
            unusable.append(wrong(str(SafeText(url)), error.why or Why("doctor_source_wrong"), said))
        else:
            lines.append(spec)
    try:
        expect_apart(lines)
    except BadInput as error:
        unusable.append(wrong("settings", error.why or Why("doctor_source_wrong")))
    return lines, unusable


def keys(known: Settings) -> Iterator[Finding]:
    """Keys of the settings that the desk cannot give away: whose they stay, and what the action keeps."""
    if known.desk.keys:
        from terminal.bindings import remapped  # with Textual, for whoever has changed a key

        for why in remapped(known.desk.keys).refused:
            yield Finding(check="keys", ok=False, level=Level.WARNING, why=why)
