"""The stage that gives kept answers: looks for one, else has it made, by one request for all that wait."""

from __future__ import annotations

import asyncio
import logging
from enum import Enum, auto
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import orjson

from resolvers.bindings import CacheScope
from resolvers.execution import Answer
from resolvers.notes import Notes, dependencies_of
from server.caching.feeds import BOUND_SECONDS
from server.caching.freshness import ANY, Wishes, wishes_of
from server.caching.store import Entry, Store
from server.http.responses import encode

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
    from typing import Any

    from db.identity import Identity
    from server.caching.feeds import Feed
    from server.caching.freshness import CacheRules

    Run = Callable[[Notes], Awaitable[Answer]]

_log = logging.getLogger("loadstone")

MAX_LEARNT = 10_000
"""How many documents are remembered."""

_BEGIN, _END = b'{"data":', b"}"


class Status(bytes, Enum):
    """How an answer was come by, as `Cache-Status` tells (RFC 9211)."""

    HIT = b"hit"
    STALE = b"hit; fwd=stale"
    """It is past its time, as the request takes it, and is being made anew."""
    MISS = b"fwd=miss"
    BYPASS = b"fwd=request"
    """The request did not want a kept one."""


class Kept(NamedTuple):
    """A kept answer as one request is given it.

    Attributes:
        entry: The answer.
        status: How it was come by.
        age: Seconds since it began to be made.
        key: What it is kept under.
    """

    entry: Entry
    status: Status
    age: float
    key: Hashable

    @property
    def answer(self) -> Answer:
        """The same as what an operation came to."""
        body = self.entry.body
        data: Any = orjson.Fragment(body[len(_BEGIN) : -len(_END)])
        return Answer(data, [], executed=True, plan=None)


class Key(NamedTuple):
    """What an answer is kept under: for all callers of a role, and for one alone.

    Attributes:
        shared: Number of the document (which is that of one schema), variables, role.
        private: The same, and the claims.
        bytes: What they take.
    """

    shared: tuple[int, str, str | None]
    private: tuple[int, str, str | None, str | None]
    bytes: int


class _Class(Enum):
    """What answers of a document were like."""

    SHARED = auto()
    PRIVATE = auto()
    NOT_KEPT = auto()


class _Abandoned(Enum):
    """What a flight comes to whose request has ended early."""

    ABANDONED = auto()


_ABANDONED = _Abandoned.ABANDONED


def key_of(number: int, variables: Mapping[str, Any], identity: Identity) -> Key | None:
    """The key of an answer; None where the variables have no canonical text."""
    try:
        # As text, since what orjson gives takes 4 KB however short it is.
        text = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS).decode() if variables else "{}"
    except TypeError:  # integers beyond 64 bits, lone surrogates
        return None
    claims = identity.claims
    return Key(
        (number, text, identity.role),
        (number, text, identity.role, claims),
        len(text) + len(claims or ""),
    )


class AnswerCache:
    """The kept answers of one process.

    Args:
        max_bytes: How much memory they may take.
        most_stale: The most seconds that an answer may be past its time where a request takes that.
        obeys: Whether requests have a say in it.

    Attributes:
        store: The answers.
        feeds: What tells of changes that others make: while one of them is silent, nothing is kept.
    """

    def __init__(self, max_bytes: int, most_stale: int, *, obeys: bool) -> None:
        self.store = Store(max_bytes)
        self.feeds: Sequence[Feed] = ()
        self._most_stale = most_stale
        self._obeys = obeys
        self._flights: dict[Hashable, asyncio.Future[Entry | _Abandoned | None]] = {}
        self._learnt: dict[int, _Class] = {}
        self._background: set[asyncio.Task[Any]] = set()

    @property
    def is_usable(self) -> bool:
        """Whether changes up to `BOUND_SECONDS` ago are known, whoever made them."""
        since = monotonic() - BOUND_SECONDS
        return all(feed.known_until > since for feed in self.feeds)

    def wishes(self, cache_control: str | None) -> Wishes:
        """What a request says of kept answers."""
        if cache_control is None or not self._obeys:
            return ANY
        return wishes_of(cache_control, self._most_stale)

    def look(self, key: Key, wishes: Wishes) -> Kept | None:
        """A kept answer, if there is one that may be given; one past its time is to be made anew."""
        if not wishes.look or not self.is_usable:
            return None
        place: Hashable = key.shared
        entry = self.store.get(place)
        if entry is None:
            place = key.private
            entry = self.store.get(place)
            if entry is None:
                return None
        age = monotonic() - entry.stored
        if wishes.max_age is not None and age > wishes.max_age:
            return None
        if age < entry.max_age:
            return Kept(entry, Status.HIT, age, place)
        if age < entry.max_age + wishes.max_stale:
            return Kept(entry, Status.STALE, age, place)
        return None

    async def make(self, key: Key, rules: CacheRules, wishes: Wishes, run: Run) -> Answer | Kept:
        """An answer that is not kept: made, and kept if it may be, by one request for all that wait for it.

        Args:
            key: Its key.
            rules: What the schema says of keeping.
            wishes: What the request says.
            run: Runs the operation.
        """
        learnt = self._learnt.get(key.shared[0])
        if not wishes.look or not wishes.keep or learnt is _Class.NOT_KEPT:
            return await self._made(key, rules, wishes, run)
        place: Hashable = key.shared if learnt is _Class.SHARED else key.private
        asked = monotonic()
        while (flight := self._flights.get(place)) is not None:
            entry = await asyncio.shield(flight)
            if entry is _ABANDONED:
                continue
            if entry is not None and (
                # What is not kept, as a feed is silent, is at least not older than it may be.
                asked - entry.stored < BOUND_SECONDS or self.store.get(place) is entry
            ):
                return Kept(entry, Status.HIT, monotonic() - entry.stored, place)
            return await self._made(key, rules, wishes, run)
        flight = self._flights[place] = asyncio.get_running_loop().create_future()
        outcome: Entry | _Abandoned | None = _ABANDONED
        began = self.store.sequence
        try:
            made = await self._made(key, rules, wishes, run)
            outcome = None
            # What is one caller's is not for all who wait under the key of their role.
            if isinstance(made, Kept) and (made.entry.is_public or place is key.private):
                outcome = made.entry if self.store.is_fresh(made.entry.dependencies, began) else None
        finally:
            del self._flights[place]
            flight.set_result(outcome)
        return made

    def refresh(self, key: Key, rules: CacheRules, run: Run, seconds: float) -> None:
        """Has an answer made anew, for others, unless somebody does that already."""
        if key.shared in self._flights or key.private in self._flights:
            return

        async def work() -> None:
            async with asyncio.timeout(seconds):
                await self.make(key, rules, ANY, run)

        self._in_background(work())

    async def _made(self, key: Key, rules: CacheRules, wishes: Wishes, run: Run) -> Answer | Kept:
        """An answer, kept if it may be."""
        began, stored = self.store.sequence, monotonic()
        notes = Notes()
        answer = await run(notes)
        if answer.errors or answer.data is None or not answer.executed or notes.is_outdated:
            return answer
        control = rules.control(notes)
        depends = dependencies_of(notes, rules.footprints, rules.immutable)
        is_public = not depends.per_caller and control.scope is CacheScope.PUBLIC
        learnt = _Class.SHARED if is_public else _Class.PRIVATE
        # PRIVATE needs somebody whose it is.
        nobodys = control.scope is CacheScope.PRIVATE and key.private[-1] is None
        if not control.max_age or nobodys:
            self._learn(key.shared[0], _Class.NOT_KEPT)
            return answer
        self._learn(key.shared[0], learnt)
        # A copy, without the room that orjson leaves behind what it gives.
        body = bytes(memoryview(encode({"data": answer.data})))
        entry = Entry(body, stored, control.max_age, is_public, depends)
        place: Hashable = key.shared if is_public else key.private
        if wishes.keep and self.is_usable:
            self.store.put(place, entry, began, key.bytes)
        status = Status.MISS if wishes.look else Status.BYPASS
        return Kept(entry, status, monotonic() - stored, place)

    def _learn(self, number: int, learnt: _Class) -> None:
        if self._learnt.get(number) is learnt:
            return
        if len(self._learnt) >= MAX_LEARNT and number not in self._learnt:
            self._learnt.clear()
        self._learnt[number] = learnt

    def _in_background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.info("an answer could not be made anew: %r", task.exception())

    async def close(self) -> None:
        """Gives up what is being made anew."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


class Asking(NamedTuple):
    """One request for an answer that may be kept.

    Attributes:
        answers: The kept answers.
        key: What it would be kept under.
        rules: What the schema says of keeping.
        wishes: What the request says.
        run: Runs the operation.
        seconds: How long that may take.
    """

    answers: AnswerCache
    key: Key
    rules: CacheRules
    wishes: Wishes
    run: Run
    seconds: float

    def look(self) -> Kept | None:
        """A kept answer, if there is one; where that is past its time, it is made anew for others."""
        found = self.answers.look(self.key, self.wishes)
        if found is not None and found.status is Status.STALE:
            self.answers.refresh(self.key, self.rules, self.run, self.seconds)
        return found

    def make(self) -> Awaitable[Answer | Kept]:
        """The answer made, and kept if it may be."""
        return self.answers.make(self.key, self.rules, self.wishes, self.run)
