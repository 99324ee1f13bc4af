"""A server of one's own, as a child process on the data directory: for a single desk, and for the demo.

The child is this module run as a program: `ringdesk server --embedded`, which takes a new database for granted, plus one
rule. Its standard input is a pipe from the parent that nobody writes to; when it ends, the parent is gone, however it went,
and the server ends too.
"""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Final

import msgspec
import structlog

from cli.output import SAID
from config.disk import is_full
from ringdesk.errors import RingdeskError
from ringdesk.why import Why, register

register(
    {
        "own_no_room": (
            "the server of this desk did not start: the disk of {folder} is full; make room on it, then start again"
        ),
        "own_unstarted": "the server of this desk did not start: {reason}",
        "own_unsaid": "the server of this desk did not start: {file} says why",
    }
)

READY_SECONDS: Final = 60.0
"""How long a server may take until it listens: it creates its certificate and migrates its database first."""
STOP_SECONDS: Final = 10.0
"""How long it may take to end before it is killed; the database survives that."""
_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 15.0
_MAX_LINE: Final = 1 << 16

_log = structlog.get_logger(__name__)


class _Listening(msgspec.Struct, frozen=True):
    """The line that a server prints once it is bound."""

    listening: str


class EmbeddedServer:
    """A server process with its database and state in one folder; started again, on the same port, when it dies."""

    def __init__(self, folder: Path, config: Path | None = None) -> None:
        """What the child writes to its standard error goes to `server.err` in its state directory. `config` is the settings file
        of the desk, where it was named."""
        self._folder = folder
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._address = "127.0.0.1:0"

    @property
    def database(self) -> str:
        """The URL of its database."""
        return f"sqlite:///{self._folder / 'server.db'}"

    @property
    def state(self) -> Path:
        """Its folder of keys and certificate."""
        return self._folder / "server.state"

    @property
    def url(self) -> str:
        """Where desks of this machine reach it."""
        return f"ws://{self._address}/sync"

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start it and wait until it listens. Raises `RingdeskError` when it does not."""
        await self._launch()
        self._watcher = asyncio.create_task(self._watch(), name="embedded server")

    async def stop(self) -> None:
        """End it and wait. Safe to call twice, and after a `start` that failed."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            await _end(process)

    async def _launch(self) -> None:
        errors_file = self.state / "server.err"
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        words = ["--listen", self._address, "--database", self.database, "--state", str(self.state)]
        words += ["--config", str(self._config.absolute())] if self._config is not None else []
        with errors_file.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # a folder `cli` where the desk was started must not be taken for ours
                "-m",
                "cli.embedded",
                *words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=_MAX_LINE,
                start_new_session=True,  # Ctrl+C in the terminal is for the desk; the desk ends its server in order
            )
        self._process = process
        try:
            async with asyncio.timeout(READY_SECONDS):
                self._address = await _listening(process)
        except (TimeoutError, msgspec.MsgspecError, ValueError) as error:
            await _end(process)
            raise RingdeskError(_unstarted(errors_file)) from error

    async def _watch(self) -> None:
        """Bring it back whenever it dies."""
        pause = _FIRST_PAUSE
        while True:
            process = self._process
            assert process is not None
            await _drain(process)
            code = await process.wait()
            _log.error("the embedded server ended", code=code)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            with contextlib.suppress(RingdeskError, OSError):
                await self._launch()
                pause = _FIRST_PAUSE


def _unstarted(errors_file: Path) -> Why:
    """What the child said last; on a full disk it could say nothing."""
    if is_full(errors_file):
        return Why("own_no_room", {"folder": str(errors_file.parent)})
    lines = errors_file.read_text("utf-8", "replace").splitlines()
    said = lines[-1] if lines else ""
    if said.startswith(SAID):
        return Why("own_unstarted", {"reason": said.removeprefix(SAID)})
    return Why("own_unsaid", {"file": str(errors_file)})


async def _listening(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return msgspec.json.decode(await process.stdout.readline(), type=_Listening).listening


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read what it prints, so that it never waits for a reader."""
    assert process.stdout is not None
    while await process.stdout.read(_MAX_LINE):
        pass


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    drain = asyncio.create_task(_drain(process))
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    finally:
        await drain


def end_with_the_parent() -> None:
    """Wait for the end of standard input, in a thread; then end this process as `terminate` would."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """The child: `ringdesk server --embedded` with the arguments given."""
    from cli.main import main as ringdesk

    threading.Thread(target=end_with_the_parent, name="parent", daemon=True).start()
    return ringdesk(["server", "--embedded", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
