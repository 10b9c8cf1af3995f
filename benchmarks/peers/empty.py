"""An application that does nothing but send answers it has: the most that a server can reach.

`python -m benchmarks.peers.empty SERVER PORT FOLDER` runs it on one of Loadstone's servers, set up as for
Loadstone. The folder has a file for each path, `<path>.json`, with the answer's `headers` and `body`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from server.http.responses import Response
from server.http.watch import Watch
from server.listening import open_listeners
from server.runners import load_runner
from server.serving import run_until_stopped
from server.setting_kinds import Address
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from benchmarks.peers.asking import Asked
    from server.application import Application
    from server.http.exchange import Exchange
    from server.serving import Stop

    Message = MutableMapping[str, Any]

MOST_BYTES = 2**20
SECONDS = 10.0


def write_answer(folder: Path, name: str, asked: Asked) -> None:
    """Writes the file of a path: the answer of middle length."""
    replies = sorted(asked.replies, key=lambda reply: len(reply.body))
    reply = replies[len(replies) // 2]
    content = {"headers": reply.headers, "body": reply.body.decode()}
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


class Empty:
    """The application, over ASGI and where a server has an interface of its own.

    Args:
        folder: With the answers.
    """

    def __init__(self, folder: Path) -> None:
        self.watch = Watch()
        self._answers = {f"/{path.stem}": _messages(path) for path in folder.glob("*.json")}
        self._responses = {
            path: Response(head["status"], body["body"], tuple(head["headers"]))
            for path, (head, body) in self._answers.items()
        }

    async def answer(self, exchange: Exchange) -> None:
        """Takes in the request and sends the answer of its path."""
        await exchange.body(MOST_BYTES, SECONDS)
        await exchange.respond(self._responses[exchange.path])

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Takes in the request and sends the answer of its path."""
        if scope["type"] == "lifespan":
            for phase in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{phase}.complete"})
            return
        while (await receive()).get("more_body", False):
            pass
        for message in self._answers[scope["path"]]:
            await send({**message})  # servers may change it


def _messages(path: Path) -> tuple[Message, Message]:
    answer = json.loads(path.read_text(encoding="utf-8"))
    headers = [(name.encode(), value.encode()) for name, value in answer["headers"]]
    return (
        {"type": "http.response.start", "status": 200, "headers": headers},
        {"type": "http.response.body", "body": answer["body"].encode()},
    )


def main(server: str, port: int, folder: Path) -> int:
    """Serves until told to stop."""
    settings = Settings(server=server, bind=(Address("127.0.0.1", port),))
    application = cast("Application", Empty(folder))  # servers see no more of it

    async def serve(stop: Stop) -> int:
        run = load_runner(server)
        await run(application, settings, open_listeners(settings), ready=lambda: None, asked=stop.asked)
        return 0

    return run_until_stopped(serve)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
