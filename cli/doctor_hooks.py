"""The doctor, the webhooks of a server on this machine: what was refused in the last day, by the server's audit."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from cli.findings import Finding
from ringdesk.codecs import hooksigned, refusals, tokens
from ringdesk.dialects import Level
from ringdesk.why import ENGLISH, Why, register
from server.intake.refusals import read_url

register(
    {
        "doctor_hook_unknown_source": "requests for a source that is not in the settings; correct the address at the provider",
        "doctor_hook_no_secret": "requests of a source without a secret; enter the provider's in the central settings",
        "doctor_hook_not_a_webhook": "requests of a source whose dialect is a line's; correct it in the central settings",
        "doctor_hook_too_old": "calls came in more than a quarter of an hour after their own time and rang nowhere; set the "
        "clock of this machine right",
        "doctor_hook_other": "requests were refused; `server.log` in the state directory says more",
    }
)

DAY: Final = 24 * 3600.0
_KNOWN: Final = {
    why.code: why
    for why in (
        hooksigned.UNSIGNED,
        refusals.FORGED,
        refusals.STALE,
        refusals.UNREADABLE,
        tokens.HALF,
        tokens.USER_UNKNOWN,
    )
}
_DETAIL: Final = re.compile(r"(\w+): ([0-9]{1,9}) times")
"""As `server.intake.refusals` writes it."""


def refused(database: Path, now: float) -> Iterator[Finding]:
    """A line for each source and reason. A database that cannot be read, or is of an older version, is told of elsewhere."""
    counts: dict[tuple[str, str], int] = {}
    urls: dict[str, str] = {}
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = "SELECT subject, detail FROM audit WHERE action = 'hook.refused' AND at > ?"
            for source, detail in connection.execute(found, (now - DAY,)):
                if match := _DETAIL.match(str(detail)):
                    key = (str(source), match[1])
                    counts[key] = counts.get(key, 0) + int(match[2])
                    urls[str(source)] = read_url(str(detail)) or urls.get(str(source), "")
    except sqlite3.Error:
        return
    for (source, code), count in sorted(counts.items()):
        check = f"webhook {source}".rstrip()
        yield Finding(check=check, ok=False, level=Level.WARNING, why=_why(code, urls[source]), said=f"{count} / 24 h")


def _why(code: str, url: str) -> Why:
    if url and code == refusals.FORGED.code:
        return refusals.forged_for(url)
    if code in _KNOWN:
        return _KNOWN[code]
    own = f"doctor_hook_{code}"
    return Why(own if own in ENGLISH else "doctor_hook_other")
