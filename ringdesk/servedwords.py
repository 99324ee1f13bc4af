"""What a dialect says of the secret file of a desk, as it is said of a source of the central settings, which has `secrets`."""

from typing import Final

from ringdesk.why import Why, register

_WORDS: Final = {
    "ami_no_secret": (
        'the exchange wants a login: write it as secrets = ["user:password"] for this source in the central settings'
    ),
    "esl_no_password": "FreeSWITCH wants a password: write it into the secrets of this source in the central settings",
    "esl_wrong_password": (
        "FreeSWITCH does not take the password: correct the secrets of this source in the central settings (the password"
        " stands in its event_socket.conf.xml)"
    ),
    "sip_no_account": (
        "the secrets of this source in the central settings do not say as whom to register with {server}: write user:password,"
        " with the colon"
    ),
    "sip_wrong_secret": (
        "{server} does not take the user and password: correct the secrets of this source in the central settings"
    ),
    "sip_no_method": (
        "{server} asks for a password and there is none, or in a way that is not known here (digest with SHA-256, SHA-512-256 or"
        " MD5 is): correct the secrets of this source in the central settings, or the settings of that server"
    ),
}

register({f"served_{code}": words for code, words in _WORDS.items()})


def at_server(why: Why) -> Why:
    """The reason that a dialect gives, where it is the server that listens."""
    return Why(f"served_{why.code}", why.args) if why.code in _WORDS else why
