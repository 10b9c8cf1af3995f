"""`@cost` and `@listSize` in the schema: what clients and gateways need to tell what an operation may cost.

The directives are those of the GraphQL Cost Directives Specification (https://ibm.github.io/graphql-specs/cost-spec.html).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)

from resolvers.cost_weights import COST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.bindings import PageLimits

LIST_SIZE = "loadstone.list_size"
"""Extension of fields with pages: the rows of one without `first` and `last`."""

DIRECTIVES = (
    GraphQLDirective(
        "cost",
        (
            DirectiveLocation.ARGUMENT_DEFINITION,
            DirectiveLocation.ENUM,
            DirectiveLocation.FIELD_DEFINITION,
            DirectiveLocation.INPUT_FIELD_DEFINITION,
            DirectiveLocation.OBJECT,
            DirectiveLocation.SCALAR,
        ),
        {"weight": GraphQLArgument(GraphQLNonNull(GraphQLString), description="Units of cost.")},
        description="What each object of a type costs, or a field for each object that it is selected of.",
    ),
    GraphQLDirective(
        "listSize",
        (DirectiveLocation.FIELD_DEFINITION,),
        {
            "assumedSize": GraphQLArgument(GraphQLInt, description="The items where no argument says."),
            "slicingArguments": GraphQLArgument(
                GraphQLList(GraphQLNonNull(GraphQLString)), description="The arguments that say how many."
            ),
            "sizedFields": GraphQLArgument(
                GraphQLList(GraphQLNonNull(GraphQLString)), description="The fields below with the items."
            ),
            "requireOneSlicingArgument": GraphQLArgument(
                GraphQLBoolean, default_value=True, description="Whether one of the arguments must be given."
            ),
        },
        description="How many items a field has at the most.",
    ),
)


def cost_marks(cost: int | None = None, pages: PageLimits | None = None) -> dict[str, Any]:
    """Extensions of a field or a type.

    Args:
        cost: Its weight; None where nothing is set.
        pages: The bounds of its pages, if it is a connection.
    """
    marks: dict[str, Any] = {} if cost is None else {COST: cost}
    return marks if pages is None else {**marks, LIST_SIZE: pages.size}


def applied(extensions: Mapping[str, Any]) -> str:
    """The directives of a field or a type in the schema language, each behind a blank."""
    cost, size = extensions.get(COST), extensions.get(LIST_SIZE)
    text = "" if cost is None else f' @cost(weight: "{cost}")'
    if size is not None:
        slicing = 'slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"]'
        text += f" @listSize(assumedSize: {size}, {slicing}, requireOneSlicingArgument: false)"
    return text
