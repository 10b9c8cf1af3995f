"""Times the stages of a request, for `Server-Timing`."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from time import perf_counter
from typing import Any


class StageClock:
    """Times the stages of one request: each lasts until the next begins."""

    __slots__ = ("_marks",)

    def __init__(self) -> None:
        self._marks: list[Any] = []  # names and beginnings of stages in turn: one list is less work than two

    def begin(self, stage: str) -> None:
        """Notes that a stage begins."""
        self._marks += (stage, perf_counter())

    def header(self) -> tuple[bytes, bytes]:
        """The header field `Server-Timing`, durations in milliseconds; the last stage ends now."""
        stages = tuple(self._marks[::2])
        times = [*self._marks[1::2], perf_counter()]
        durations = tuple([(end - began) * 1000 for began, end in pairwise(times)])
        return (b"server-timing", _timing_format(stages) % durations)


@lru_cache
def _timing_format(stages: tuple[str, ...]) -> bytes:
    return ", ".join(f"{stage};dur=%.3f" for stage in stages).encode()
