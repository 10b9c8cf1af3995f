"""A worker process: `python -P -m server.worker`, started and told what to do by the supervisor."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from core.errors import StartupError
from server.listening import Listener
from server.log import configure_log, print_failure
from server.serving import run_until_stopped, serve_application
from server.setting_kinds import Address
from server.settings import Settings
from server.supervisor import READY

if TYPE_CHECKING:
    from server.serving import Stop


def main() -> int:
    """Serves until told to stop, or until the supervisor is gone; returns the exit status."""
    configure_log()
    instructions = json.loads(sys.stdin.buffer.readline())
    settings = Settings.from_raw(instructions["settings"])
    listeners = [
        Listener(descriptor, Address(host, port), secure)
        for descriptor, host, port, secure in instructions["listeners"]
    ]

    async def serve(stop: Stop) -> int:
        # Nothing more is written to our standard input: readable means that the supervisor is gone.
        loop = asyncio.get_running_loop()
        loop.add_reader(sys.stdin.fileno(), _supervisor_gone, loop, stop)
        return await serve_application(
            settings,
            listeners,
            stop,
            ready=_say_ready,
            report_warnings=instructions["report_warnings"],
        )

    try:
        return run_until_stopped(serve)
    except StartupError as error:
        print_failure(error)
        return 2


def _supervisor_gone(loop: asyncio.AbstractEventLoop, stop: Stop) -> None:
    loop.remove_reader(sys.stdin.fileno())
    stop.ask()


def _say_ready() -> None:
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
