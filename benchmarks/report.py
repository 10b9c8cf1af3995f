"""Results as Markdown: `python -m benchmarks.report FILE` prints the tables of a results file.

With `--readme` it puts them into `README.md`, between the marks. A run on databases of several sizes is about
growth: one table, of time and the database's work by size.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.peers.measuring import Measurement
from benchmarks.peers.questions import questions
from benchmarks.readme import number, put_into_readme, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")

RESULTS = Path(__file__).with_name("results")
_USUAL = 16
_NOT_YET = "not yet"
_COLUMNS: tuple[tuple[str, Callable[[Measurement], str]], ...] = (
    ("requests/s", lambda m: number(m.per_second)),
    ("p50 ms", lambda m: number(m.p50)),
    ("p99 ms", lambda m: number(m.p99)),
    ("server CPU ms", lambda m: number(m.server_cpu)),
    ("database CPU ms", lambda m: number(m.database_cpu)),
)


@dataclass(frozen=True, slots=True)
class Results:
    """A run.

    Attributes:
        when: Date and time, UTC.
        machine: What it ran on.
        versions: What was compared, by name.
        command: How it was run.
        measurements: What came of it.
    """

    when: str
    machine: str
    versions: Mapping[str, str]
    command: str
    measurements: tuple[Measurement, ...]

    @property
    def sizes(self) -> list[int]:
        """Sizes of the databases, in tracks."""
        return _distinct(m.tracks for m in self.measurements)

    @property
    def kind(self) -> str:
        """`growth` when there are several sizes, else `peers`."""
        return "growth" if len(self.sizes) > 1 else "peers"

    def write(self) -> None:
        """Writes the run into `results`, as JSON with each measurement on a line."""
        RESULTS.mkdir(exist_ok=True)
        head = json.dumps({**asdict(self), "measurements": None}, indent=1)
        lines = ",\n  ".join(json.dumps(asdict(m)) for m in self.measurements)
        path = RESULTS / f"{self.kind}-{self.when[:10]}.json"
        path.write_text(head.replace("null", f"[\n  {lines}\n ]") + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Results:
        """Reads what `write` wrote."""
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        measurements = tuple(Measurement(**item) for item in raw.pop("measurements"))
        return cls(measurements=measurements, **raw)


def markdown(results: Results) -> str:
    """The tables of a run."""
    return "\n".join(_lines(results)) + "\n"


def _lines(results: Results) -> Iterator[str]:
    yield f"Measured {results.when} on {results.machine}, by `{results.command}`:"
    yield ""
    for name, version in results.versions.items():
        yield f"- {name}: {version}"
    if results.kind == "growth":
        yield from _growth(results.sizes, results.measurements)
    else:
        yield from _comparison(results.measurements)
    failed = [m for m in results.measurements if m.errors]
    for m in failed:
        yield ""
        yield (
            f"{m.server}, {m.question}, {m.protocol}, {m.in_flight} in flight: "
            f"{m.errors} requests failed beside {m.requests} that were answered."
        )


def _comparison(measurements: Sequence[Measurement]) -> Iterator[str]:
    in_flight = sorted({m.in_flight for m in measurements})
    usual = _USUAL if _USUAL in in_flight else in_flight[-1]
    for protocol in _distinct(m.protocol for m in measurements):
        spoken = [m for m in measurements if m.protocol == protocol]
        names = _distinct(m.question for m in spoken)
        by_place = {(m.server, m.question): m for m in spoken if m.in_flight == usual}
        yield ""
        tracks = spoken[0].tracks
        yield f"Requests a second over {protocol}, {usual} in flight, {tracks:,} tracks:"
        yield ""
        yield from table(
            ["server", *(_title(name) for name in names)],
            (
                [server, *(_rate(by_place.get((server, name))) for name in names)]
                for server in _distinct(m.server for m in spoken)
            ),
        )
    servers = _distinct(m.server for m in measurements)
    for name in _distinct(m.question for m in measurements):
        asked = [m for m in measurements if m.question == name]
        title = _title(name)
        yield ""
        yield f"{title[0].upper()}{title[1:]}, at {' / '.join(map(str, in_flight))} in flight:"
        yield ""
        yield from table(
            ["server", "protocol", *(title for title, _ in _COLUMNS), "MiB"],
            (row for server in servers for row in _details([m for m in asked if m.server == server], server)),
        )


def _details(measurements: Sequence[Measurement], server: str) -> Iterator[list[str]]:
    """A row for each protocol of a server."""
    if not measurements:
        yield [server, _NOT_YET, *[""] * (len(_COLUMNS) + 1)]
    for protocol in _distinct(m.protocol for m in measurements):
        loads = [m for m in measurements if m.protocol == protocol]
        cells = [" / ".join(map(show, loads)) for _, show in _COLUMNS]
        yield [server, protocol, *cells, f"{max(m.resident for m in loads):.0f}"]


def _growth(sizes: Sequence[int], measurements: Sequence[Measurement]) -> Iterator[str]:
    fewest = min(m.in_flight for m in measurements)
    chosen = [m for m in measurements if m.in_flight == fewest and m.protocol == "HTTP/1.1"]
    by_place = {(m.question, m.server, m.tracks): m for m in chosen}
    yield ""
    yield f"Milliseconds for an answer (p50) / of the database's CPU, at {fewest} in flight, by tracks:"
    yield ""
    yield from table(
        ["question", "server", *(f"{tracks:,}" for tracks in sizes)],
        (
            [_title(name), server, *(_grown(by_place[name, server, tracks]) for tracks in sizes)]
            for name, server in _distinct((m.question, m.server) for m in chosen)
        ),
    )


def _grown(measurement: Measurement) -> str:
    return f"{number(measurement.p50)} / {number(measurement.database_cpu)}"


def _rate(measurement: Measurement | None) -> str:
    return _NOT_YET if measurement is None else number(measurement.per_second)


def _title(name: str) -> str:
    return next(question.title for question in questions(10_000) if question.name == name)


def _distinct(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))


def main() -> None:
    """Prints the tables of a results file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--readme", action="store_true", help="put them into README.md as well")
    given = parser.parse_args()
    results = Results.read(given.file)
    sys.stdout.write(markdown(results))
    if given.readme:
        put_into_readme(results.kind, markdown(results))


if __name__ == "__main__":
    main()
