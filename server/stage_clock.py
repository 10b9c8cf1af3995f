"""Times the stages of a request, for `Server-Timing`."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from time import perf_counter


class StageClock:
    """Times the stages of one request: each lasts until the next begins."""

    __slots__ = ("_begun", "_stages")

    def __init__(self) -> None:
        self._stages: list[str] = []
        self._begun: list[float] = []

    def begin(self, stage: str) -> None:
        """Notes that a stage begins."""
        self._stages.append(stage)
        self._begun.append(perf_counter())

    def header(self) -> tuple[bytes, bytes]:
        """The header field `Server-Timing`, durations in milliseconds; the last stage ends now."""
        times = [*self._begun, perf_counter()]
        durations = tuple([(end - began) * 1000 for began, end in pairwise(times)])
        return (b"server-timing", _timing_format(tuple(self._stages)) % durations)


@lru_cache
def _timing_format(stages: tuple[str, ...]) -> bytes:
    return ", ".join(f"{stage};dur=%.3f" for stage in stages).encode()
