"""Secrets that a request carries as they are, of providers that sign nothing: in the last part of the path (as Zammad has
it), as basic auth (RFC 7617), in a header of ours. Who reads one can send anything, so they need TLS.
"""

from typing import Final
from urllib.parse import unquote

from ringdesk.codecs import macs
from ringdesk.codecs.http import Request

HEADER: Final = "x-ringdesk-secret"


def carried(request: Request, secrets: tuple[str, ...], *more: str) -> bool:
    """Whether the request carries one of the secrets in one of those places, or is one of the `more` texts. Without secrets
    there is nothing that could be wrong."""
    last = request.path[-1] if request.path else ""
    found = macs.same(request.header("authorization"), macs.basic(secrets))
    for given in (request.header(HEADER), unquote(last), *more):
        found |= macs.same(given, secrets)
    return found or not secrets
