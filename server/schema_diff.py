"""What `loadstone schema --diff` does: tells which changes of a schema break its clients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import GraphQLError, build_schema
from graphql.utilities import BreakingChange, DangerousChange, SafeChange, find_schema_changes

from core.errors import StartupError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphql import GraphQLSchema


@dataclass(frozen=True, slots=True)
class SchemaDiff:
    """The changes from one schema to another, one sentence each, sorted.

    Attributes:
        breaking: Operations that were valid may not be any more, or answers are of another type.
        dangerous: Operations stay valid, but clients may not expect what comes.
        safe: Clients do not notice, unless they ask.
    """

    breaking: tuple[str, ...]
    dangerous: tuple[str, ...]
    safe: tuple[str, ...]

    def lines(self) -> list[str]:
        """For people: those that matter most first, then how many there are."""
        shown: list[str] = []
        for title, changes in (
            ("Breaking", self.breaking),
            ("Dangerous", self.dangerous),
            ("Safe", self.safe),
        ):
            if changes:
                shown += [f"{title}:", *(f"  {change}" for change in changes), ""]
        counts = f"{len(self.breaking)} breaking, {len(self.dangerous)} dangerous, {len(self.safe)} safe"
        return [*shown, f"Changes: {counts}."]


def diff_schemas(old: str, new: str, name: str) -> SchemaDiff:
    """The changes from one schema to another, both in GraphQL's schema definition language.

    Args:
        old: The schema that clients know.
        new: The schema that they will meet.
        name: What the old one is called in messages.

    Raises:
        StartupError: The old one is no schema.
    """
    changes = find_schema_changes(_schema(old, name), build_schema(new, assume_valid=True))
    return SchemaDiff(
        breaking=_sentences(change.description for change in changes if isinstance(change, BreakingChange)),
        dangerous=_sentences(change.description for change in changes if isinstance(change, DangerousChange)),
        safe=_sentences(change.description for change in changes if isinstance(change, SafeChange)),
    )


def _schema(sdl: str, name: str) -> GraphQLSchema:
    try:
        return build_schema(sdl)
    except GraphQLError as error:
        where = f" (line {error.locations[0].line})" if error.locations else ""
        raise StartupError(f"{name} is not a GraphQL schema: {error.message}{where}") from None
    except TypeError as error:  # several errors at once, or a type that contradicts itself
        told = str(error).partition("\n")[0]
        raise StartupError(f"{name} is not a GraphQL schema: {told}") from None


def _sentences(descriptions: Iterable[str]) -> tuple[str, ...]:
    # Descriptions of types may have several lines.
    return tuple(sorted(" ".join(description.split()) for description in descriptions))
