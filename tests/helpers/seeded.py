"""The same numbers as random.ts, for the scripts that make golden numbers."""

import numpy as np


def _fnv1a(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def uniform(name: str, count: int, low: float = -1.0, high: float = 1.0) -> np.ndarray:
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(_fnv1a(name))
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    h = h ^ (h >> np.uint32(16))
    return (low + (high - low) / 2**24 * (h >> np.uint32(8)).astype(np.float64)).astype(np.float32)


def integers(name: str, count: int, limit: int) -> list[int]:
    return np.floor(uniform(name, count, 0, limit)).astype(int).tolist()
