"""Whose dialects the contract suite runs over: ours, or those of another package that is installed here.

    RINGDESK_TEST_TRANSCRIPTS=FOLDER python -m pytest tests/contracts -k dialects

FOLDER has in it a folder for each dialect, named like it, with its transcripts as `tests/transcripts` has them.
"""

import os
from pathlib import Path

VARIABLE = "RINGDESK_TEST_TRANSCRIPTS"
OURS = Path(__file__).parent.parent / "transcripts"


def transcripts() -> tuple[Path, tuple[str, ...]]:
    """The folder, and the names of the foreign dialects that have one in it: none of ours."""
    given = os.environ.get(VARIABLE)
    if not given:
        return OURS, ()
    folder = Path(given).absolute()
    return folder, tuple(sorted(path.name for path in folder.iterdir() if path.is_dir()))
