"""Randomness by address: a draw is a hash of (seed, stream, account, time), so a shorter story is the same story."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64] | int
Floats = NDArray[np.float64]
T = TypeVar("T")

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
FIRST = 0xBF58476D1CE4E5B9
SECOND = 0x94D049BB133111EB
SQRT3: float = 3.0**0.5
TINY: float = 2.0**-53


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(FIRST)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(SECOND)
    return bits ^ (bits >> np.uint64(31))


def _mixed_one(bits: int) -> int:
    bits = ((bits ^ (bits >> 30)) * FIRST) & MASK
    bits = ((bits ^ (bits >> 27)) * SECOND) & MASK
    return bits ^ (bits >> 31)


@lru_cache(maxsize=1024)
def _start(seed: int, stream: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{stream}".encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws for arrays of addresses (`uniform`, `normal`) and for single ones (`roll`, `gauss`, `pick`)."""

    seed: int

    def bits(self, stream: str, *keys: Ints) -> NDArray[np.uint64]:
        """64 random bits for each address of the broadcast keys."""
        state = np.full((1,), _start(self.seed, stream), dtype=np.uint64)
        for key in keys:
            address = np.atleast_1d(np.asarray(key, dtype=np.int64)).astype(np.uint64)
            state = _mixed((state + np.uint64(GOLDEN)) ^ (address * np.uint64(GOLDEN)))
        return state

    def uniform(self, stream: str, *keys: Ints) -> Floats:
        """Uniform draws in [0, 1)."""
        return (self.bits(stream, *keys) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, stream: str, *keys: Ints) -> Floats:
        """Standard normal draws."""
        bits = self.bits(stream, *keys)
        radius = np.sqrt(-2.0 * np.log(((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53))
        turn = (_mixed(bits + np.uint64(GOLDEN)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        result: Floats = np.round(radius * np.cos(2.0 * np.pi * turn), 9)
        return result

    def choice(self, stream: str, shares: list[float], *keys: Ints) -> NDArray[np.int64]:
        """Index of the chosen share (shares sum to one) for each address."""
        return np.searchsorted(np.cumsum(shares)[:-1], self.uniform(stream, *keys), side="right").astype(np.int64)

    def roll(self, stream: str, *keys: int) -> float:
        """One uniform draw in [0, 1); equal to `uniform` at the same address."""
        state = _start(self.seed, stream)
        for key in keys:
            state = _mixed_one(((state + GOLDEN) & MASK) ^ ((key * GOLDEN) & MASK))
        return (state >> 11) * TINY

    def gauss(self, stream: str, *keys: int) -> float:
        """One draw that is close to a standard normal: the sum of four uniforms, scaled."""
        total = sum(self.roll(stream, *keys, part) for part in range(4))
        return (total - 2.0) * SQRT3

    def between(self, low: int, high: int, stream: str, *keys: int) -> int:
        """One whole number from low to high, both included."""
        return low + int(self.roll(stream, *keys) * (high - low + 1))

    def pick(self, options: tuple[T, ...] | list[T], stream: str, *keys: int) -> T:
        """One of the options, each as likely."""
        return options[int(self.roll(stream, *keys) * len(options))]

    def weighted(self, shares: list[float], stream: str, *keys: int) -> int:
        """Index of the chosen share, for one address."""
        left = self.roll(stream, *keys) * sum(shares)
        for index, share in enumerate(shares):
            left -= share
            if left < 0:
                return index
        return len(shares) - 1


def sigmoid(x: Any) -> Any:
    """The logistic curve, for numbers and arrays."""
    return 1.0 / (1.0 + np.exp(-x))
