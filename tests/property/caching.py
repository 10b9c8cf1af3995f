"""What two services on one database are asked and told in random order, to find an answer that is too old.

`python -m tests.property.caching SECONDS` goes on for that long; `test_caching` takes a few rounds.

What is right is asked past all kept answers. On the instance that wrote last, an answer must be what is right
now. On the other one it may be what was right at any moment since both were last seen to agree, and must be
what is right now within the documented bound. Rows have their owner's name in them, so that what another
identity has been shown is never right.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from demo.postgres import EmbeddedPostgres
from demo.valkey import EmbeddedValkey
from server.caching.feeds import BOUND_SECONDS
from tests.support.instances import ANONYMOUS, Instance, instance, is_hit, member
from tests.support.roles import created

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from db.identity import Identity

ROLES = (
    created("login_of_tests LOGIN NOINHERIT", "visitor", "member")
    + "GRANT visitor, member TO login_of_tests;"
)

_FOLDER = Path(__file__).parents[1] / "databases"
DATABASE = ROLES + (_FOLDER / "caching.sql").read_text()
ROWS = (_FOLDER / "caching_rows.sql").read_text()

MEMBERS = (member("anne"), member("bob"))
SHARED = "{ artists { totalCount nodes { artistId name mentorId } } }"
READS: Sequence[tuple[str, Callable[[random.Random], object]]] = (
    (SHARED, lambda _: None),
    (
        "query ($id: Int!) { artist(by: {artistId: $id}) { name albums { nodes { title code } } } }",
        lambda r: {"id": r.randint(1, 5)},
    ),
    ("query ($id: Int!) { album(by: {albumId: $id}) { title artistId } }", lambda r: {"id": r.randint(1, 9)}),
    (
        "query ($code: String!) { album(by: {code: $code}) { albumId title } }",
        lambda r: {"code": f"code {r.randint(1, 9)}"},
    ),
    (
        "query ($id: Int!) { album(by: {albumId: $id}) { title artist { name } genres { nodes { name } } } }",
        lambda r: {"id": r.randint(1, 9)},
    ),
    (
        "query ($f: ArtistFilter) { artists(filter: $f) { nodes { name } } }",
        lambda r: {"f": {"albums": {"some": {"title": {"eq": f"title {r.randint(1, 9)}"}}}}},
    ),
    ("{ albums(orderBy: [{artist: {name: DESC}}, {albumId: ASC}]) { nodes { albumId } } }", lambda _: None),
    ("{ genres { nodes { name albums { nodes { albumId } } } } }", lambda _: None),
    (
        "{ albums { aggregate { count max { albumId } } groups(by: [artistId]) { aggregate { count } } } }",
        lambda _: None,
    ),
    ("{ albumCounts { nodes { artistId albums } } }", lambda _: None),
    ("{ titles }", lambda _: None),
    ("{ slows { nodes { one } } albums(first: 3) { nodes { title } } }", lambda _: None),
    (
        "query ($id: Int!) { event(by: {eventId: $id}) { kind } audits { totalCount } }",
        lambda r: {"id": r.randint(1, 4)},
    ),
)
OWN_READS: Sequence[tuple[str, Callable[[random.Random], object]]] = (
    ("{ notes { nodes { noteId owner text } } }", lambda _: None),
    ("query ($id: Int!) { note(by: {noteId: $id}) { owner text } }", lambda r: {"id": r.randint(1, 7)}),
    ("{ notes { totalCount } artists(first: 1) { nodes { name } } }", lambda _: None),
)

NUMBERS = itertools.count(1)


def change(field: str, *arguments: str) -> str:
    """A mutation of one field."""
    return f"mutation {{ {field}({', '.join(filter(None, arguments))}) {{ affectedCount }} }}"


def _write(r: random.Random) -> str:
    """A mutation; some of them are refused, and write nothing."""
    new, album = next(NUMBERS), f"albumId: {r.randint(1, 9)}"
    artist, note = f"artistId: {r.randint(1, 5)}", f"noteId: {r.randint(1, 7)}"
    dry = "dryRun: true" if r.random() < 0.15 else ""
    title, name = f'title: "made {new}"', f'name: "made {new}"'
    albums = f"albums: {{create: [{{{album}, {title}}}]}}"
    known = f'title: "title {r.randint(1, 9)}"'
    reader, may = r.choice(("anne", "bob")), r.choice(("true", "false"))
    conflict = "onConflict: {key: albumId, update: [title, artistId]}"
    refused = 'b: createGenre(input: {genreId: 1, name: "there"}) { affectedCount }'
    return r.choice((
        change("updateAlbum", f"by: {{{album}}}", f"set: {{{known}}}", dry),
        change("updateAlbum", f'by: {{code: "code {r.randint(1, 9)}"}}', f"set: {{{title}}}", dry),
        change("updateAlbum", f"by: {{{album}}}", f"set: {{albumId: {r.randint(1, 9)}}}", dry),
        change("updateAlbums", f"filter: {{{artist.replace(' ', ' {eq: ')}}}}}", f"set: {{{title}}}", dry),
        change("createArtist", f"input: {{{artist}, {name}, {albums}}}", dry),
        change("createAlbums", f"input: [{{{album}, {title}, {artist}}}]", conflict, dry),
        change("deleteArtist", f"by: {{{artist}}}", dry),
        change("deleteAlbum", f"by: {{{album}}}", dry),
        change("updateArtist", f"by: {{{artist}}}", f"set: {{albums: {{connect: [{{{album}}}]}}}}", dry),
        f"mutation {{ a: updateAlbum(by: {{{album}}}, set: {{{title}}}) {{ affectedCount }} {refused} }}",
        change("updateGenre", f"by: {{genreId: {r.randint(1, 3)}}}", f"set: {{{name}}}", dry),
        change("updateNote", f"by: {{{note}}}", f'set: {{text: "changed {new}"}}', dry),
        change("createNote", f'input: {{{note}, text: "made {new}"}}', dry),
        change("deleteNote", f"by: {{{note}}}", dry),
        change("updateReader", f'by: {{name: "{reader}"}}', f"set: {{mayRead: {may}}}", dry),
        f'mutation {{ retitle(suffix: " {new}") {{ __typename }} }}',
        change("updateAudited", "by: {auditedId: 1}", f"set: {{value: {new}}}", dry),
        change("updateEvent", f"by: {{eventId: {r.randint(1, 4)}}}", f'set: {{kind: "kind {new}"}}', dry),
    ))  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A query of somebody."""

    text: str
    variables: str
    identity: Identity


@dataclass
class Game:
    """Two instances that are asked and told.

    Attributes:
        instances: The instances.
        random: What is done next.
        right: By question: what has been right since both instances were last seen to agree; the last is
            what is right now.
        hits: Answers that were kept.
    """

    instances: tuple[Instance, Instance]
    random: random.Random
    right: dict[Question, list[bytes]] = field(default_factory=dict)
    hits: int = 0
    asked: int = 0
    written: int = 0

    async def play(self, steps: int) -> None:
        """So many steps; AssertionError where an answer is wrong."""
        for _ in range(steps):
            if self.random.random() < 0.3:
                await self._write_and_look()
            elif self.random.random() < 0.15:
                await self._at_once()
            else:
                await self._look(self.random.choice(self.instances), self._question())

    def _question(self) -> Question:
        identity = self.random.choice((*MEMBERS, ANONYMOUS))
        reads = READS if identity == ANONYMOUS or self.random.random() < 0.6 else OWN_READS
        text, variables = self.random.choice(reads)
        return Question(text, orjson.dumps(variables(self.random)).decode(), identity)

    async def _ask(self, where: Instance, question: Question, **headers: str) -> bytes:
        response = await where.ask(
            question.text, question.identity, orjson.loads(question.variables), **headers
        )
        assert response.status == 200, response.body
        assert not response.body.startswith(b'{"errors"'), response.body
        self.asked += 1
        self.hits += is_hit(response)
        return response.body

    async def _now(self, question: Question) -> bytes:
        """What is right now."""
        return await self._ask(self.instances[0], question, cache_control="no-store")

    async def _write(self, where: Instance) -> None:
        await where.ask(_write(self.random), self.random.choice(MEMBERS))
        self.written += 1

    async def _look(self, where: Instance, question: Question) -> None:
        """Nothing is being written, and both have heard of what was."""
        right = await self._now(question)
        assert await self._ask(where, question) == right, question
        self.right[question] = [right]

    async def _write_and_look(self) -> None:
        """Writes at one instance, sees what both say at once, and both when the bound is over."""
        writer, other = self.random.sample(self.instances, 2)
        known = list(self.right)
        questions = [*self.random.sample(known, min(4, len(known))), self._question()]
        before = [await self._now(question) for question in questions]
        for where in self.instances:
            for question in questions:
                await self._ask(where, question)
        await self._write(writer)
        told = time.monotonic()
        after = [await self._now(question) for question in questions]
        for question, then, now in zip(questions, before, after, strict=True):
            assert await self._ask(writer, question) == now, question
            found = await self._ask(other, question)
            assert found in {then, now}, question
        await self._settled(other, dict(zip(questions, after, strict=True)), told + BOUND_SECONDS)

    async def _at_once(self) -> None:
        """Reads and writes at both instances at once; in the end both are right."""
        questions = [self._question() for _ in range(4)] + [
            Question(READS[11][0], "null", ANONYMOUS) for _ in range(2)
        ]
        ways = [self._write(self.random.choice(self.instances)) for _ in range(3)]
        work = [self._paced(way) for way in ways]
        work += [
            self._paced(self._ask(where, question)) for question in questions for where in self.instances
        ]
        self.random.shuffle(work)
        await asyncio.gather(*work)
        told = time.monotonic()
        for where in self.instances:
            right = {question: await self._now(question) for question in questions}
            await self._settled(where, right, told + BOUND_SECONDS)

    async def _paced(self, work: Any) -> None:
        await asyncio.sleep(self.random.random() * 0.02)
        await work

    async def _settled(self, where: Instance, right: dict[Question, bytes], until: float) -> None:
        for question, answer in right.items():
            while (found := await self._ask(where, question)) != answer:
                assert time.monotonic() < until, (question, found, answer)
                await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def opened(url: str, redis_url: str, seed: int, **settings: Any) -> Any:
    """A game on a new database."""
    given = {"cache_seconds": 3600, "redis_url": redis_url, "login": "login_of_tests", **settings}
    async with instance(url, **given) as one, instance(url, **given) as other:
        yield Game((one, other), random.Random(seed))  # noqa: S311 - no secret


async def _campaign(seconds: float) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "pg", settings={"fsync": "off"}) as postgres,
        EmbeddedValkey(Path(folder) / "valkey") as valkey,
    ):
        ends = time.monotonic() + seconds
        seed = 0
        while time.monotonic() < ends:
            seed += 1
            admin = await asyncpg.connect(postgres.url("postgres"))
            await admin.execute(f"CREATE DATABASE game_{seed}")
            await admin.close()
            connection = await asyncpg.connect(postgres.url(f"game_{seed}"))
            await connection.execute(DATABASE + ROWS)
            await connection.close()
            async with opened(postgres.url(f"game_{seed}"), valkey.url, seed) as game:
                await game.play(300)
                sys.stdout.write(
                    f"seed {seed}: {game.asked} asked, {game.hits} hits, {game.written} writes\n"
                )
                sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_campaign(float(sys.argv[1])))
