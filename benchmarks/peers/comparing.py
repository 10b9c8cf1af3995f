"""A whole comparison on one database: answers first, and then server after server under load.

All servers run all the time, and measurements of one question at one load follow each other: what else the
machine does then falls on all of them alike.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.peers import contestants
from benchmarks.peers.asking import ask_everywhere
from benchmarks.peers.empty import write_answer
from benchmarks.peers.measuring import Run, measure, started
from benchmarks.peers.questions import questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.peers.asking import Asked
    from benchmarks.peers.contestants import Contestant
    from benchmarks.peers.measuring import Measurement, Setting, Started
    from benchmarks.peers.questions import Question

_WARM_UP_IN_FLIGHT = 16
_WARM_UP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What is compared.

    Attributes:
        questions: Names of the questions.
        in_flight: Numbers of requests in flight.
        seconds: Length of a measurement.
        http2: Whether to speak HTTP/2 too, with servers that do.
        ceilings: Loadstone's servers on which an empty application is measured too.
    """

    questions: frozenset[str]
    in_flight: tuple[int, ...]
    seconds: int
    http2: bool
    ceilings: tuple[str, ...]


def compare(
    field: Sequence[Contestant], terms: Terms, setting: Setting, folder: Path
) -> Iterator[Measurement]:
    """Starts the servers, sees that they answer alike, and measures them.

    Args:
        field: The servers; the first is Loadstone's, whose answers an empty application sends.
        terms: What is compared.
        setting: The database.
        folder: For logs and answers.

    Raises:
        StartupError: A server does not start.
        RuntimeError: Answers differ.
    """
    asked_of = [question for question in questions(setting.tracks) if question.name in terms.questions]
    with ExitStack() as stack:

        def start(contestant: Contestant) -> Started:
            say(f"starting {contestant.name}")
            return stack.enter_context(started(contestant, folder / f"{contestant.port}.log"))

        servers = [start(contestant) for contestant in field]
        answers: dict[str, dict[str, Asked]] = {}
        for question in asked_of:
            say(f"comparing answers: {question.title}")
            answers[question.name] = ask_everywhere(question, field)
        known = {name: asked[ours] for name, asked in answers.items() if (ours := field[0].name) in asked}
        for name, asked in known.items():
            write_answer(folder, name, asked)
        for server_name in terms.ceilings:
            servers.append(start(contestants.empty(server_name, folder)))
            for name, asked in known.items():
                answers[name][servers[-1].contestant.name] = asked
        for question in asked_of:
            yield from _measure(question, servers, answers[question.name], terms, setting)


def _measure(
    question: Question,
    servers: Sequence[Started],
    answers: Mapping[str, Asked],
    terms: Terms,
    setting: Setting,
) -> Iterator[Measurement]:
    """Measures all servers that know the question, with every load."""
    ways = [
        (server, http2)
        for server in servers
        if server.contestant.name in answers
        for http2 in ((False, True) if terms.http2 and server.contestant.http2_port else (False,))
    ]
    for server, http2 in ways:
        run = Run(http2, _WARM_UP_IN_FLIGHT, _WARM_UP_SECONDS)
        measure(server, question, answers[server.contestant.name], setting, run)
    for in_flight in terms.in_flight:
        for server, http2 in ways:
            run = Run(http2, in_flight, terms.seconds)
            measurement = measure(server, question, answers[server.contestant.name], setting, run)
            say(
                f"{question.title}, {in_flight} in flight, {measurement.protocol}, {measurement.server}: "
                f"{measurement.per_second:,.0f}/s, p50 {measurement.p50:.2f} ms"
            )
            yield measurement


def say(text: str) -> None:
    """Tells who waits what is going on."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
