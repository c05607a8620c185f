"""The child process of `guard`: it reads what nobody vouches for, within limits of memory, time and disk."""

import errno
import os
import pickle
import resource
import signal
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import QualityGate
from pipeline.ingest.containers import MAX_BYTES, Unsafe

MEMORY_BYTES = 1024**3
LENGTH = struct.Struct("<Q")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass(frozen=True, slots=True)
class Request:
    """Work to do: a function, what it is given, where its copies go, and how many seconds of processor time it has."""

    task: Callable[..., object]
    arguments: tuple[object, ...]
    folder: Path
    cpu_seconds: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function gave, or in words for people why it could not."""

    value: object = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DiskRefused:
    """The disk did not take what was read: nothing is wrong with the container."""

    code: int
    place: str | None


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer one request after another until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_BYTES, MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while head := requests.read(LENGTH.size):
        request: Request = pickle.loads(requests.read(LENGTH.unpack(head)[0]))
        send(answers, _answer(request))


def send(pipe: BinaryIO, value: object) -> None:
    """Write one value, its length first."""
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    for part in (LENGTH.pack(len(body)), body):
        rest = memoryview(part)
        while rest:
            rest = rest[pipe.write(rest) :]
    pipe.flush()


def _answer(request: Request) -> Answer | DiskRefused:
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + request.cpu_seconds, most))
    tempfile.tempdir = str(request.folder)
    try:
        return Answer(request.task(*request.arguments))
    except Unsafe as reason:
        return Answer(reason=str(reason))
    except QualityGate as gate:
        return Answer(reason=gate.message)
    except MemoryError:
        return Answer(reason=f"needs more than {MEMORY_BYTES // 1024**2} MB of memory to be read")
    except OSError as refused:
        if refused.errno in FULL:
            return DiskRefused(refused.errno or 0, refused.filename)
        return Answer(reason=f"cannot be read: {os.strerror(refused.errno or errno.EIO)}")
