"""Why an answer is what it is: a code and its arguments; the front ends turn it into a sentence in the user's language."""

from typing import Final

import msgspec

ENGLISH: Final[dict[str, str]] = {
    # matches
    "number_exact": "this number is on the member's card",
    "number_shared": "{count} people share this number",
    "number_unknown": "nobody has this number",
    "number_withheld": "the caller withheld the number",
    "number_absent": "the line gave no number",
    "tail_matches": "the number ends in {digits}",
    "name_matches": "the name contains {text}",
    "name_starts": "the name starts with {text}",
    "tail_only": "nobody has both: only the number ends in {digits}",
    "name_only": "nobody has both: only the name has {text}",
    "name_alone": "the name has {text}; {digits} is too short to look for",
    "code_matches": "the member number is {code}",
    "and": "{first}, and {second}",
}
"""Every code with its English sentence; `{name}` are the arguments. Other modules add theirs with `register`."""


class Why(msgspec.Struct, frozen=True):
    """One reason. `code` is stable; `args` fill the sentence."""

    code: str
    args: dict[str, str] = {}

    def english(self) -> str:
        """The sentence in English; an unknown code is shown as it is, a missing argument as a question mark."""
        return ENGLISH.get(self.code, self.code).format_map(_Arguments(self.args))


class _Arguments(dict[str, str]):
    """The arguments of a reason; a newer peer may have sent fewer than this version's sentence asks for."""

    def __missing__(self, name: str) -> str:
        return "?"


def register(sentences: dict[str, str]) -> None:
    """Add the sentences of one room; a code that is taken with other words is a programming error."""
    for code, sentence in sentences.items():
        if ENGLISH.setdefault(code, sentence) != sentence:
            raise ValueError(f"why code {code!r} is taken")
