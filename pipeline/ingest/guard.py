"""The guard: what touches bytes nobody vouches for happens in a child process, so that no file can hang, exhaust or
crash a run.
"""

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, BinaryIO, Self, TypeVar, cast

from pipeline.errors import RunFailed
from pipeline.ingest.containers import Unsafe
from pipeline.ingest.find import Found, Refused
from pipeline.ingest.guarded import LENGTH, MEMORY_BYTES, Answer, DiskRefused, Request, send
from pipeline.ingest.opening import Opened, opened
from pipeline.workspace import REPOSITORY

T = TypeVar("T")
CHILD = "import sys; from pipeline.ingest.guarded import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
SECONDS = 60
BYTES_PER_SECOND = 4_000_000
MEMORY = f"needs more than {MEMORY_BYTES // 1024**2} MB of memory to be read"
ENDED = {
    signal.SIGXCPU: "takes more processor time than a file of its size may",
    signal.SIGXFSZ: "unpacks to more than a file may hold",
    signal.SIGKILL: "needs more memory than there is",
    signal.SIGABRT: MEMORY,
}


class Died(Unsafe):
    """The child process ended, or was ended, over its work: with more time or memory it might not have been."""


class Guard:
    """A child process that is started when there is something to open, and started anew when a container ends it."""

    def __init__(self, seconds: int = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def opened(self, found: Found, staged: Path, only: str | None = None, *, is_ours: bool = False) -> Opened:
        """What a container holds; refused as a whole when it ends the child or takes too long.

        Raises RunFailed when the disk does not take the copies.
        """
        try:
            size = found.location.stat().st_size
            return self.done(staged, size, opened, found, staged, only, is_ours)
        except FileNotFoundError:
            return Opened("", (Refused(found.path, "is gone", is_lasting=False),))
        except Died as reason:
            return Opened("", (Refused(found.path, str(reason), is_lasting=False),))
        except Unsafe as reason:
            return Opened("", (Refused(found.path, str(reason)),))

    def done(self, folder: Path, byte_count: int, task: Callable[..., T], *arguments: object) -> T:
        """What a function gives in the child process. Raises Unsafe where it cannot, Died where it ends the child."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        seconds = self._seconds + byte_count // BYTES_PER_SECOND
        answer = self._ask(Request(task, arguments, folder, seconds), seconds)
        if isinstance(answer, DiskRefused):
            raise RunFailed(f"{folder}: {os.strerror(answer.code)}", "Free disk space, then run again.")
        if answer.reason:
            raise Died(answer.reason) if answer.reason == MEMORY else Unsafe(answer.reason)
        return cast(T, answer.value)

    def _ask(self, request: Request, seconds: int) -> Answer | DiskRefused:
        child = self._running()
        try:
            send(cast(BinaryIO, child.stdin), request)
            until = time.monotonic() + seconds
            size = LENGTH.unpack(self._read(child, LENGTH.size, until))[0]
            answer: Answer | DiskRefused = pickle.loads(self._read(child, size, until))
        except TimeoutError:
            self._stop()
            raise Died(f"takes more than {seconds} seconds to read") from None
        except (EOFError, BrokenPipeError):
            raise Died(self._end(child)) from None
        if isinstance(answer, Answer) and answer.reason == MEMORY:
            self._stop()
        return answer

    def _read(self, child: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        pipe, body = cast(IO[bytes], child.stdout), bytearray()
        while len(body) < size:
            ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            block = os.read(pipe.fileno(), min(size - len(body), 1024**2))
            if not block:
                raise EOFError
            body += block
        return bytes(body)

    def _end(self, child: subprocess.Popen[bytes]) -> str:
        """Why the child ended, from its signal or its last words."""
        code, said = child.wait(), cast(IO[bytes], self._said)
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip().splitlines()
        self._stop()
        if code < 0:
            return ENDED.get(signal.Signals(-code), f"ends its reader ({signal.Signals(-code).name})")
        return f"ends its reader: {words[-1] if words else code}"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            known = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")
            settings = {name: os.environ[name] for name in known if name in os.environ}
            self._said = TemporaryFile()  # noqa: SIM115 - closed with the child
            self._child = subprocess.Popen(
                [sys.executable, "-c", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                cwd=REPOSITORY,
                umask=0o077,
                bufsize=0,
                env=settings | {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"},
            )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout, self._said):
                if pipe:
                    pipe.close()
