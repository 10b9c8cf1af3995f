"""What every server is asked, and how answers of different servers are compared.

A question is asked with variables that change from request to request. Each server has documents of its own
for it (`documents/`), since schemas differ; `canonical` brings the answers to one form.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import OperationDefinitionNode, parse, print_ast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    Attributes:
        name: Name of the operation in the documents.
        title: What is asked, in a few words.
        variables: Values of its variables, one set for each request in turn.
        grouped: Whether the answer is groups in any order, of equally many values each.
    """

    name: str
    title: str
    variables: tuple[Mapping[str, int], ...]
    grouped: bool = False


def questions(tracks: int) -> tuple[Question, ...]:
    """All questions to a music store with so many tracks."""
    chance = random.Random(tracks)  # noqa: S311 - the same requests in every run
    ids = chance.sample(range(1, tracks + 1), 1000)
    genres = chance.sample(range(1, 101), 100)
    offsets = chance.sample(range(64), 64)
    return (
        Question("Point", "point look-up", _sets("id", ids)),
        Question("Page", "page of 50, two to-one relations", _sets("offset", (10 * n for n in offsets))),
        Question("Tree", "tree of 20 by 10 by 10", _sets("offset", (3 * n for n in offsets))),
        Question("Wide", "1,000 wide rows", _sets("offset", (10 * n for n in offsets))),
        Question("Connection", "filtered, ordered, totalCount", _sets("genre", genres)),
        Question("Aggregate", "aggregate by group", _sets("genre", genres), grouped=True),
    )


def _sets(name: str, values: Any) -> tuple[Mapping[str, int], ...]:
    return tuple({name: value} for value in values)


def documents(dialect: str) -> dict[str, str]:
    """The documents in which a kind of schema is asked, by name of the question."""
    path = Path(__file__).parent / "documents" / f"{dialect}.graphql"
    return {
        definition.name.value: print_ast(definition)
        for definition in parse(path.read_text(encoding="utf-8")).definitions
        if isinstance(definition, OperationDefinitionNode) and definition.name
    }


def bodies(question: Question, document: str) -> list[str]:
    """The JSON bodies of the requests that ask it, one for each set of variables."""
    return [json.dumps({"query": document, "variables": dict(values)}) for values in question.variables]


def canonical(question: Question, answer: Mapping[str, Any]) -> object:
    """What an answer says, in a form that does not depend on who gave it.

    Numbers are equal to texts of the same value. Connections are lists of their nodes.

    Raises:
        ValueError: The answer is not one field without errors.
    """
    if "errors" in answer or len(answer["data"]) != 1:
        raise ValueError(json.dumps(answer)[:1000])
    (said,) = answer["data"].values()
    plain = _plain(said)
    if question.grouped:
        groups = plain if isinstance(plain, list) else next(iter(plain.values()))
        return sorted([list(_leaves(group)) for group in groups], key=str)
    return plain


def _plain(value: Any) -> Any:
    match value:
        case {"nodes": nodes} if len(value) == 1:
            return _plain(nodes)
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
    if _NUMBER.fullmatch(str(value)):
        return str(Decimal(str(value)).normalize())
    return value


def _leaves(value: Any) -> Iterator[object]:
    match value:
        case dict():
            for item in value.values():
                yield from _leaves(item)
        case list():
            for item in value:
                yield from _leaves(item)
        case _:
            yield value
