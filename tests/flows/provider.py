"""A provider that is not there: its sources in the central settings of a shop, and its signed webhooks about one caller."""

import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.flows.processes import Shop, shop

SECRET = "a secret of the provider"
CALL = {"from": "886912345678", "to": "886227208889", "direction": "in"}


def settle(place: Shop, text: str) -> None:
    """Import central settings."""
    file = Path(place.room) / "central.toml"
    file.write_text(text)
    place.admin("settings", "import", str(file))


@contextlib.contextmanager
def provided(room: Path, *sources: str) -> Iterator[Shop]:
    """A shop with these sources, each with a line of its own; its server runs."""
    with shop(room) as it:
        settle(
            it,
            "".join(
                f'[[source]]\nid = "{name}"\ndialect = "generic"\nsecrets = ["{SECRET}"]\n'
                f'[[line]]\nid = "{name}-line"\nsource = "{name}"\nstore = "main"\n'
                for name in sources
            ),
        )
        it.start_server()
        yield it


def hook(place: Shop, source: str, said: Mapping[str, object]) -> int:
    """What the provider says of its call, again where the server asks for it, as providers do; the status of the answer."""
    request = urllib.request.Request(
        f"http://{place.address}/hook/{source}",
        json.dumps(CALL | dict(said)).encode(),
        {"content-type": "application/json", "x-ringdesk-secret": SECRET},
    )
    for _ in range(20):
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 503:
                raise
    return 503
