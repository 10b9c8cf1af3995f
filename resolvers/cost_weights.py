"""What parts of an operation weigh: units of cost, one being a row of an answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MAX_COST = 2**53 - 1
"""Costs end here: the largest whole number that every reader of JSON takes for what it is."""

MAX_WEIGHT = 1_000_000

COST = "loadstone.cost"
"""Extension of GraphQL types and fields: the weight that was set for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostWeights:
    """Units of what nothing is set for at its own place; those of a row stand with its type.

    Attributes:
        connection: A connection, besides its rows.
        count: `totalCount` of a connection.
        estimate: `estimatedCount` of a connection.
        aggregate: `aggregate` of a connection.
        groups: `groups` of a connection, besides the groups.
        group: A group.
        function: A call of a function.
        python: A field that Python code answers, with all that is selected below it.
        mutation: A field of `Mutation`, besides the rows that it writes.
        introspection: `__schema` or `__type`, with all that is selected below it.
    """

    connection: int = 1
    count: int = 5
    estimate: int = 1
    aggregate: int = 5
    groups: int = 5
    group: int = 1
    function: int = 1
    python: int = 1
    mutation: int = 10
    introspection: int = 10
