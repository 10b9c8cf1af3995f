"""Worker processes that share the listening sockets; one that dies is replaced.

Each worker is a process of its own, running `server.worker`: settings come to it through its standard
input, which stays open as long as we live, so that it notices our end however we end. It writes one
line when it answers requests.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from core.errors import StartupError
from server.runners import CLOSE_SECONDS, GRACE_SECONDS

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Callable, Iterable, Sequence

    from server.listening import Listener
    from server.serving import Stop
    from server.settings import Settings

_log = logging.getLogger("loadstone")

_T = TypeVar("_T")

READY = b"ready\n"
_MOST_FAILURES = 5
_LONGEST_PAUSE = 5.0
_SHORT_LIFE = 5.0
_SPARE_SECONDS = 2.0


class Supervisor:
    """Keeps a number of workers running.

    Args:
        settings: All settings; `workers` says how many.
        listeners: Sockets that the workers inherit.
        stop: Ends all workers.
    """

    def __init__(self, settings: Settings, listeners: Sequence[Listener], stop: Stop) -> None:
        self._settings = settings
        self._listeners = listeners
        self._stop = stop
        self._processes: set[Process] = set()
        self._serving: set[Process] = set()
        self._to_be_told: set[Process] = set()

    async def run(self, ready: Callable[[], None]) -> int:
        """Runs until asked to stop; returns the exit status.

        Args:
            ready: Called once the first worker answers.

        Raises:
            StartupError: Workers keep ending as soon as they are started.
        """
        ending = asyncio.create_task(self._end_when_asked())
        forwarding = asyncio.create_task(self._forward_hangups())
        try:
            # The first one alone: what is wrong with the settings or the database is said once.
            first = await self._start(report_warnings=True)
            if not await self._becomes_ready(first):
                status = await first.wait()
                return 0 if self._stop.asked.is_set() else status or 1
            ready()
            places = [first, *[None] * (self._settings.workers - 1)]
            async with asyncio.TaskGroup() as group:
                for process in places:
                    group.create_task(self._keep(process))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            ending.cancel()
            forwarding.cancel()
            self._signal(signal.SIGKILL, self._processes)
            await asyncio.gather(*(process.wait() for process in self._processes))
        return 0

    async def _keep(self, process: Process | None) -> None:
        """Keeps one place filled."""
        failures = 0
        while not self._stop.asked.is_set():
            started = time.monotonic()
            if process is None:
                process = await self._start(report_warnings=False)
                await self._becomes_ready(process)
            status = await process.wait()
            self._serving.discard(process)
            self._processes.discard(process)
            if self._stop.asked.is_set():
                return
            _log.error("worker %d ended with status %d; replacing it", process.pid, status)
            process = None
            failures = failures + 1 if time.monotonic() - started < _SHORT_LIFE else 0
            if failures:
                await self._pause(failures)

    async def _pause(self, failures: int) -> None:
        if failures >= _MOST_FAILURES and not self._serving:
            raise StartupError(f"workers end as soon as they are started, {failures} times in a row")
        with suppress(TimeoutError):
            seconds = min(_LONGEST_PAUSE, 0.05 * 2**failures)
            await asyncio.wait_for(self._stop.asked.wait(), seconds)

    async def _start(self, *, report_warnings: bool) -> Process:
        descriptors = [listener.descriptor for listener in self._listeners]
        # -P: a module of the working directory must not take the place of one of ours.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "server.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=descriptors,
            start_new_session=True,
        )
        self._processes.add(process)
        instructions = {
            "settings": self._settings.raw(),
            "listeners": [
                [listener.descriptor, listener.address.host, listener.address.port, listener.secure]
                for listener in self._listeners
            ],
            "report_warnings": report_warnings,
        }
        with suppress(ConnectionError):
            stdin = _pipe(process.stdin)
            stdin.write(json.dumps(instructions).encode() + b"\n")
            await stdin.drain()
        if self._stop.asked.is_set():  # too late to be told with the others
            process.terminate()
        return process

    async def _becomes_ready(self, process: Process) -> bool:
        if await _pipe(process.stdout).readline() != READY:
            return False
        self._serving.add(process)
        if process in self._to_be_told:
            self._to_be_told.discard(process)
            self._signal(signal.SIGHUP, (process,))
        return True

    async def _forward_hangups(self) -> None:
        """Tells workers to build the schema anew; those that are starting, once they listen to signals."""
        while True:
            await self._stop.hung_up.wait()
            self._stop.hung_up.clear()
            self._signal(signal.SIGHUP, self._serving)
            self._to_be_told = self._processes - self._serving

    async def _end_when_asked(self) -> None:
        await self._stop.asked.wait()
        self._signal(signal.SIGTERM, self._processes)
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS + CLOSE_SECONDS + _SPARE_SECONDS):
                await asyncio.gather(*(process.wait() for process in self._processes))
        self._signal(signal.SIGKILL, self._processes)

    @staticmethod
    def _signal(number: signal.Signals, processes: Iterable[Process]) -> None:
        for process in processes:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.send_signal(number)


def _pipe(pipe: _T | None) -> _T:
    if pipe is None:
        raise RuntimeError("the process was started without this pipe")
    return pipe
