"""Asking one server one question at a time, and holding the answers of all servers against each other."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.load import ANSWER_SECONDS, query_string
from benchmarks.peers.questions import bodies, canonical, documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.peers.contestants import Contestant
    from benchmarks.peers.questions import Question

_OK = 200
_HEADERS_OF_SERVERS = {"date", "server", "connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came.

    Attributes:
        headers: Those that the application set.
        body: The body.
        seconds: How long it took.
    """

    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What asking a question once with each set of variables showed.

    Attributes:
        bodies: The requests' bodies.
        replies: The replies to them.
    """

    bodies: tuple[str, ...]
    replies: tuple[Reply, ...]

    @property
    def seconds(self) -> float:
        """How long an answer takes, the middle one of them."""
        return statistics.median(reply.seconds for reply in self.replies)

    @property
    def length(self) -> float:
        """How many bytes an answer has on average."""
        return statistics.fmean(len(reply.body) for reply in self.replies)


def ask_everywhere(question: Question, contestants: Sequence[Contestant]) -> dict[str, Asked]:
    """Asks each server whose documents have the question, and compares what they say.

    Returns:
        What each showed, by the name of the contestant.

    Raises:
        RuntimeError: An answer is an error, or says something else than the first server's.
    """
    asked: dict[str, Asked] = {}
    expected: list[object] = []
    for contestant in contestants:
        document = documents(contestant.dialect).get(question.name)
        if document is None:
            continue
        asked[contestant.name] = result = _ask(contestant, question, document)
        said = [_said(contestant, question, reply.body) for reply in result.replies]
        expected = expected or said
        for values, theirs, first in zip(question.variables, said, expected, strict=True):
            if theirs != first:
                raise RuntimeError(
                    f"{contestant.name} answers {question.name} {values} with {_excerpt(theirs)}; "
                    f"{next(iter(asked))} with {_excerpt(first)}"
                )
    return asked


def _ask(contestant: Contestant, question: Question, document: str) -> Asked:
    requests = bodies(question, document)
    with closing(
        http.client.HTTPConnection("127.0.0.1", contestant.port, timeout=ANSWER_SECONDS)
    ) as connection:
        replies = tuple(_exchange(connection, "POST", contestant.path, body) for body in requests)
        # By HTTP/2 the same is asked by GET.
        by_get = _exchange(connection, "GET", f"{contestant.path}?{query_string(requests[0])}")
    if _said(contestant, question, by_get.body) != _said(contestant, question, replies[0].body):
        raise RuntimeError(f"{contestant.name} answers {question.name} differently by GET")
    return Asked(tuple(requests), replies)


def _exchange(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None
) -> Reply:
    started = time.perf_counter()
    connection.request(method, path, body, {"content-type": "application/json"} if body else {})
    response = connection.getresponse()
    content = response.read()
    seconds = time.perf_counter() - started
    if response.status != _OK:
        raise RuntimeError(f"{method} {path[:40]}: {response.status} {content[:1000]!r}")
    headers = [(name.lower(), value) for name, value in response.getheaders()]
    return Reply(tuple(item for item in headers if item[0] not in _HEADERS_OF_SERVERS), content, seconds)


def _said(contestant: Contestant, question: Question, body: bytes) -> object:
    answer: dict[str, Any] = json.loads(body)
    try:
        return canonical(question, answer)
    except ValueError as error:
        raise RuntimeError(f"{contestant.name} answers {question.name} with {error}") from None


def _excerpt(value: object) -> str:
    return json.dumps(value)[:500]
