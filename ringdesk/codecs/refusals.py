"""Why a webhook's request is refused, in words that hold for every provider."""

from typing import Final

from ringdesk.codecs.http import Answer
from ringdesk.why import Why, register

register(
    {
        "hook_unreadable": "the request is not what this provider sends: check the address that the provider was given",
        "hook_forged": "the signature or the secret is wrong: enter the secret at the provider and here again",
        "hook_forged_for": "the signature does not fit {url}: where the provider calls another address, set that one (`public=` "
        "of a desk's line, `[server] public_url` of a server); else enter the secret again",
        "hook_stale": "the request was signed more than 5 minutes before or after it came: check this machine's clock",
    }
)

UNREADABLE: Final = Why("hook_unreadable")
FORGED: Final = Why("hook_forged")
STALE: Final = Why("hook_stale")


def forged_for(url: str) -> Why:
    """`FORGED`, by a signature that covers the address that the provider calls."""
    return Why("hook_forged_for", {"url": url})


def answer(why: Why) -> Answer:
    """400 where it cannot be read (RFC 9110, 15.5.1), else 403 (15.5.4): to neither the provider may come back with the same."""
    return Answer(400 if why == UNREADABLE else 403)
