"""A package of somebody else: the worked example of docs/examples/dialect, installed by pip as any other."""

import base64
import hashlib
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "dialect"
RECORDINGS = EXAMPLE / "tests" / "transcripts"


def installed(room: Path) -> Path:
    """The folder into which pip installed it; nothing is downloaded."""
    target = room / "site"
    words = ["--no-deps", "--no-index", "--no-compile", "--target", str(target), str(_wheel(room))]
    pip = [sys.executable, "-m", "pip", "--isolated", "--quiet", "--disable-pip-version-check", "install", *words]
    done = subprocess.run(pip, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return target


def environment(room: Path, target: Path, **settings: str) -> dict[str, str]:
    """A machine of the test's own on which the package is installed."""
    own = {f"XDG_{name}_HOME": str(room / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("RINGDESK_")}
    return theirs | own | {"PYTHONPATH": os.pathsep.join((str(target), str(ROOT)))} | settings


def ringdesk(env: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """One command to its end."""
    command = [sys.executable, "-m", "cli.main", *words]
    return subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )


def _wheel(room: Path) -> Path:
    """The wheel that a build would make of its pyproject.toml (PyPA, binary distribution format). By hand, because a build
    fetches its backend from an index."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    name = project["name"].replace("-", "_")
    info = f"{name}-{project['version']}.dist-info"
    groups = (
        "\n".join([f"[{group}]", *(f"{each} = {value}" for each, value in entries.items()), ""])
        for group, entries in project["entry-points"].items()
    )
    files = {
        "acme_box.py": (EXAMPLE / "acme_box.py").read_text(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "\n".join(groups),
    }
    record = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    wheel = room / f"{name}-{project['version']}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
