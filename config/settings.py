"""The settings of one machine: every key, what it means, what it is when nobody sets it.

The descriptions are the documentation: docs/reference/settings.md and defaults/ringdesk.toml are made of them
(`python -m config.reference`), and a test holds all three equal. What a whole business shares (lines, routes, codes)
lives in the server's database, not here; its opening hours stand here until they do.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PATH = {"path": True}
"""Marks a place on the disk: relative ones are anchored at the folder of the settings file (see `load`)."""

ThemeName = Literal["dark", "light", "contrast", "ansi", "none"]
LogLevel = Literal["debug", "info", "warning", "error"]
WrapUpMode = Literal["optional", "discretionary", "timed", "timed_strict"]


class General(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for every command."""

    region: Annotated[
        str,
        Meta(
            pattern="^[A-Z]{2}$", description="Country of the lines, ISO 3166: how numbers without +country are read."
        ),
    ] = "TW"
    area: Annotated[
        str,
        Meta(
            pattern="^[0-9]{0,5}$",
            description="Area code of the lines, without the leading 0, for seven-digit callers.",
        ),
    ] = ""
    language: Annotated[
        str, Meta(description="Language of screens and messages (`en`, `zh-Hant`); empty: as the environment says.")
    ] = ""
    theme: Annotated[
        ThemeName,
        Meta(
            description="Colours of the screens, until a person chooses others: `contrast` is for tired eyes, `ansi` keeps to "
            "the sixteen of every terminal, `none` has no colour. A set NO_COLOR means `none`."
        ),
    ] = "dark"
    log_level: Annotated[LogLevel, Meta(description="What the log file under the state directory keeps.")] = "info"
    dialects: Annotated[
        tuple[str, ...],
        Meta(
            description="Dialects of other packages that may be used, by name (`acme`); Ringdesk's own always may. One that is "
            "installed and not named here is never imported."
        ),
    ] = ()


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terminal of a phone agent."""

    name: Annotated[
        str,
        Meta(
            description="What this desk is called on the screen, and what a script says for the store; empty: on a desk "
            "without a user the name of the computer."
        ),
    ] = ""
    server: Annotated[
        str,
        Meta(
            description="Where the server is, `wss://host/sync`, or short `shop-server.local` (port 8780); empty: the desk "
            "starts one of its own."
        ),
    ] = ""
    data: Annotated[
        str, Meta(description="Folder of the replica; empty: the platform's data directory.", extra=PATH)
    ] = ""
    user: Annotated[str, Meta(description="Who signs in.")] = ""
    password_file: Annotated[
        str, Meta(description="File with that person's password in its first line.", extra=PATH)
    ] = ""
    enrol_file: Annotated[
        str, Meta(description="File with the one-time code that makes this device known; read once.", extra=PATH)
    ] = ""
    sources: Annotated[
        tuple[str, ...], Meta(description="Telephone lines of this desk, as URLs (`serial:///dev/ttyACM0?line=1`).")
    ] = ()
    notify: Annotated[
        Literal["off", "bell", "osc9", "osc777"],
        Meta(
            description="How a ringing call is told while the terminal is not in front: `bell` rings it and names the call in "
            "the title of the window; `osc9`, `osc777` are notifications of the desktop, where the terminal knows them."
        ),
    ] = "bell"
    lock_minutes: Annotated[
        int, Meta(ge=0, le=720, description="Minutes without a key after which the desk locks itself; 0: never.")
    ] = 0
    keys: Annotated[dict[str, str], Meta(description="Keys that differ from the usual ones: action = key.")] = {}
    wrap_up: Annotated[
        WrapUpMode,
        Meta(
            description=(
                "The work after a call: `optional` (a new call may be taken at once), `discretionary` (not before it is"
                " closed), `timed` (closes by itself), `timed_strict` (closes by itself, and nobody is free before)."
            )
        ),
    ] = "optional"
    wrap_up_seconds: Annotated[
        int, Meta(ge=1, le=3600, description="Seconds that the work after a call lasts, in the timed modes.")
    ] = 30


class BusinessSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the business is open: no callback is promised for another time."""

    hours: Annotated[
        dict[str, str],
        Meta(
            description='Opening hours by day, `{ mon = "09:00-18:00", sat = "10:00-14:00" }`; a day that is missing is closed. '
            "Empty: not known, Monday to Friday are the working days."
        ),
    ] = {}
    closed: Annotated[
        tuple[str, ...], Meta(description='Days on which it is closed, `["2026-02-16", "2026-02-17"]`.')
    ] = ()


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The central server."""

    listen: Annotated[str, Meta(description="HOST:PORT to listen on; port 0 takes a free one.")] = "127.0.0.1:8790"
    database: Annotated[
        str,
        Meta(description="`sqlite:///PATH`; empty: `server.db` in the platform's data directory."),
    ] = ""
    state: Annotated[
        str, Meta(description="Folder of keys, certificate and snapshots; empty: the platform's.", extra=PATH)
    ] = ""
    public_url: Annotated[
        str,
        Meta(
            description="How the outside reaches the server, `https://HOST`; part of what providers of telephony sign. "
            "Webhooks arrive at its `/hook/SOURCE_ID`."
        ),
    ] = ""
    proxies: Annotated[
        tuple[str, ...],
        Meta(
            description='Addresses or networks of own proxies, `["10.0.0.5", "10.1.0.0/16"]`: only they are believed when they '
            "say for whom they ask (`X-Forwarded-For`)."
        ),
    ] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings: one struct for each `[section]`."""

    general: General = General()
    desk: DeskSettings = DeskSettings()
    business: BusinessSettings = BusinessSettings()
    server: ServerSettings = ServerSettings()


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "general": General,
    "desk": DeskSettings,
    "business": BusinessSettings,
    "server": ServerSettings,
}
"""Section -> its struct, in the order of the file."""
