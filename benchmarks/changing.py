"""Requests to the music store that never end and hardly ever repeat: what a server sees that anyone may ask.

Shapes come again and again, with a new one now and then; texts are new but for a share.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

from graphql import get_introspection_query

COLUMNS = (
    *("trackId", "name", "composer", "milliseconds", "bytes", "unitPrice", "albumId", "genreId"),
    *("album { title }", "genre { name }", "mediaType { name }"),
)
ORDERS = ("", "name: ASC", "milliseconds: DESC", "composer: ASC", "bytes: DESC_NULLS_LAST")
ERRORS = (
    "{{ tracks(first: -{n}) {{ nodes {{ name }} }} }}",
    '{{ tracks(after: "c{n}") {{ nodes {{ name }} }} }}',
    "{{ tracks(first: {n}) {{ nodes {{ name }} }} }}",  # too many
    "{{ nothing{n} {{ name }} }}",
    "{{ tracks {{ nodes {{ name(a: {n}) }} }} }}",
    '{{ track(by: {{trackId: "{n}"}}) {{ name }} }}',
    "query Q($a{n}: Int!) {{ track(by: {{trackId: $a{n}}}) {{ name }} }}",  # without its variable
    "{{ tracks(first: 1) {{ nodes {{ name }} }} # {n}",
    '{{ node(id: "id{n}") {{ id }} }}',
)
TREE = """query Artists($from: Int!) {
  artists(first: 3, filter: {artistId: {gte: $from}}) {
    nodes { a%(n)d: name albums(first: %(albums)d) { nodes {
      title tracks(first: %(tracks)d) { edges { cursor node %(track)s } }
    } } }
  }
}"""
INTROSPECTION = get_introspection_query()

Document: TypeAlias = "tuple[str, tuple[str, ...]]"
"""Text, and the names of its variables, all of them `Int!`."""

_KEPT = 2_000
_SELECTIONS = 40
_SHARE_OF_ERRORS = 0.06
_SHARE_OF_INTROSPECTION = 0.001
_SHARE_OF_CANCELS = 0.03
_SHARE_OF_SHARED = 0.3
_SHARE_OF_NEW_SELECTIONS = 0.06


@dataclass(frozen=True, slots=True)
class Request:
    """What a client does.

    Attributes:
        body: What it posts.
        leaves: Whether it is gone before the answer comes.
    """

    body: bytes
    leaves: bool


class Requests:
    """A client's requests, one after the other.

    Args:
        seed: Equal seeds make equal requests.
        tracks: Size of the database.
    """

    def __init__(self, seed: int, tracks: int) -> None:
        self._chance = Random(seed)  # noqa: S311 - repeatable
        self._tracks = tracks
        self._made = 0
        self._kept: list[Document] = []
        self._seed = seed
        usual = Random(tracks)  # noqa: S311 - the same for all clients
        self._selections = [_selection(usual) for _ in range(_SELECTIONS)]

    def next(self) -> Request:
        """The next request."""
        self._made += 1
        draw = self._chance.random()
        leaves = self._chance.random() < _SHARE_OF_CANCELS
        if draw < _SHARE_OF_INTROSPECTION:
            return Request(_body(f"# {self._number()}\n{INTROSPECTION}", {}), leaves)
        if draw < _SHARE_OF_INTROSPECTION + _SHARE_OF_ERRORS:
            template = self._chance.choice(ERRORS)
            return Request(_body(template.format(n=self._number()), {}), leaves)
        if self._kept and draw > 1 - _SHARE_OF_SHARED:
            text, variables = self._chance.choice(self._kept)
        else:
            text, variables = self._document()
            self._keep((text, variables))
        return Request(_body(text, {name: self._row() for name in variables}), leaves)

    def _keep(self, document: Document) -> None:
        if len(self._kept) < _KEPT:
            self._kept.append(document)
        else:
            self._kept[self._chance.randrange(_KEPT)] = document

    def _number(self) -> int:
        """A number that no other client says, and this one only once."""
        return self._made * 1000 + self._seed + 1_000_000

    def _row(self) -> int:
        return self._chance.randint(1, self._tracks)

    def _document(self) -> Document:
        number = self._number()
        track = self._track()
        kind = self._chance.randrange(8)
        if kind < 3:  # noqa: PLR2004 - three of eight
            return f"query Point($id: Int!) {{ a{number}: track(by: {{trackId: $id}}) {track} }}", ("id",)
        if kind < 5:  # noqa: PLR2004 - two
            return f"{{ track(by: {{trackId: {self._row()}}}) {track} }} # {number}", ()
        if kind < 7:  # noqa: PLR2004 - two
            return f"{{ page{number}: tracks({self._window()}) {{ totalCount nodes {track} }} }}", ()
        albums, tracks = self._chance.randint(1, 4), self._chance.randint(1, 5)
        return TREE % {"n": number, "albums": albums, "tracks": tracks, "track": track}, ("from",)

    def _window(self) -> str:
        order = self._chance.choice(ORDERS)
        genre, bound = self._chance.randint(1, 100), self._row()
        comparison = self._chance.choice(("lt", "gte"))
        return (
            f"first: {self._chance.randint(1, 30)},"
            f" filter: {{genreId: {{eq: {genre}}}, milliseconds: {{{comparison}: {bound}}}}}"
            + (f", orderBy: [{{{order}}}]" if order else "")
        )

    def _track(self) -> str:
        if self._chance.random() < _SHARE_OF_NEW_SELECTIONS:
            return _selection(self._chance)
        return self._chance.choice(self._selections)


def _selection(chance: Random) -> str:
    return f"{{ {' '.join(chance.sample(COLUMNS, chance.randint(1, 5)))} }}"


def _body(text: str, variables: dict[str, Any]) -> bytes:
    return json.dumps({"query": text, "variables": variables}).encode()
