"""What a key is called on this desk: as the table says, or as the person remapped it."""

from typing import Final

from ringdesk.safetext import SafeText
from terminal.bindings import KEYS, shown

Changed = tuple[tuple[str, str], ...]
"""The keys that the person has remapped: id and key."""
_USUAL: Final = {key.id: key.key for key in KEYS}


def key_named(name: str, changed: Changed) -> SafeText:
    """The key of the action with the id `name` as it is now, as people write it."""
    return SafeText(shown(dict(changed).get(name, _USUAL[name])))
