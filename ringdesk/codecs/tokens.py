"""Secrets that a request carries as they are, of providers that sign nothing: in the last part of the path (as Zammad has
it), as basic auth (RFC 7617), in a header of ours. Who reads one can send anything, so they need TLS.
"""

from base64 import b64decode
from typing import Final
from urllib.parse import unquote

from ringdesk.codecs import macs, refusals
from ringdesk.codecs.http import Request
from ringdesk.why import Why, register

register(
    {
        "hook_half_secret": "the request carries only the password of the secret, which is user:password here: write the "
        "password alone here, or the whole of it at the provider",
        "hook_user_unknown": "the request carries a user and this secret (basic auth): write user:password here, or no user at "
        "the provider",
    }
)

HALF: Final = Why("hook_half_secret")
USER_UNKNOWN: Final = Why("hook_user_unknown")

HEADER: Final = "x-ringdesk-secret"


def carried(request: Request, secrets: tuple[str, ...], *more: str) -> bool:
    """Whether the request carries one of the secrets in one of those places, or is one of the `more` texts. Without secrets
    there is nothing that could be wrong."""
    last = request.path[-1] if request.path else ""
    found = macs.same(request.header("authorization"), macs.basic(secrets))
    for given in (request.header(HEADER), unquote(last), *more):
        found |= macs.same(given, secrets)
    return found or not secrets


def refusal(request: Request, secrets: tuple[str, ...]) -> Why:
    """Why a request that carries none of the secrets is refused: also where it carries one in another form. The sender learns
    nothing of that, only whoever owns the source does."""
    last = unquote(request.path[-1] if request.path else "")
    passwords = [password for each in secrets if (password := each.partition(":")[2])]
    if macs.same(request.header(HEADER), passwords) or macs.same(last, passwords):
        return HALF
    return USER_UNKNOWN if macs.same(_password(request), secrets) else refusals.FORGED


def _password(request: Request) -> str:
    """That of basic auth; "" where there is none."""
    scheme, _, said = request.header("authorization").partition(" ")
    try:
        text = b64decode(said, validate=True).decode() if scheme.lower() == "basic" else ""
    except ValueError:
        return ""
    return text.partition(":")[2]
