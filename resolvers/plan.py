"""The plan of an operation as data: a tree of fetch steps, each one SQL statement.

Steps say what is read (relation, columns, how rows belong to their parents); arguments are bound when the
operation runs. A step is identified by where it stands in the answer, so that the number of statements
depends on the shape of the operation alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from db.query import Form, Output
from db.values import read_form_is_key_form

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from graphql import FieldNode

    from resolvers.arguments import ArgumentSource
    from resolvers.bindings import TableType, ToMany, ToOne


class Strategy(StrEnum):
    """How a step gets its rows."""

    LOOKUP = "lookup"
    """Rows by the keys that the operation names."""
    TO_ONE = "batch-to-one"
    """The one row of each parent, for all parents at once."""
    PAGE = "page"
    """A window of a whole relation."""
    PAGES = "batch-pages"
    """A window for each parent, for all parents at once."""
    COUNT = "count"
    """How many rows a whole relation has."""
    COUNTS = "batch-counts"
    """How many rows each parent has, for all parents at once."""


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One statement of the plan.

    Attributes:
        id: Its number in the operation, from 1.
        parent: The step whose rows give its keys; None at the root.
        path: Response keys from the root.
        table: Schema and name of the relation.
        strategy: How it gets its rows.
    """

    id: int
    parent: int | None
    path: tuple[str, ...]
    table: str
    strategy: Strategy


class OutputList:
    """The columns that a step reads, each once; collects while planning."""

    def __init__(self, table_type: TableType) -> None:
        self._shapes = {binding.column: binding.shape for binding in table_type.columns.values()}
        self._positions: dict[Output, int] = {}

    def read(self, column: str) -> int:
        """Position of the column in read form."""
        return self._add(Output(column, Form.READ))

    def key(self, columns: tuple[str, ...]) -> tuple[int, ...]:
        """Positions of the columns in key form."""
        return tuple(
            self._add(Output(column, Form.READ if read_form_is_key_form(self._shapes[column]) else Form.KEY))
            for column in columns
        )

    def _add(self, output: Output) -> int:
        return self._positions.setdefault(output, len(self._positions))

    def freeze(self) -> tuple[Output, ...]:
        """The columns in the order of their positions."""
        return tuple(self._positions)


@dataclass(frozen=True, slots=True)
class SelectedField:
    """A field of the answer.

    Attributes:
        key: Its response key.
        name: The field.
        parts: What is selected of its value, where that is no scalar and no row.
    """

    key: str
    name: str
    parts: tuple[SelectedField, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a field's value stands in a row, and how it becomes JSON."""

    position: int
    to_json: Callable[[Any], Any] | None


@dataclass(slots=True)
class RowSelection:
    """What is selected of a row at one place of the answer.

    Attributes:
        type: The object type.
        fields: What stands in the answer, in order.
        slots: By field name: where the value stands.
        id_positions: Where the parts of the global id stand; empty if it is not selected.
        relations: By response key: the step that a relation leads to.
    """

    type: TableType
    fields: list[SelectedField] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    id_positions: tuple[int, ...] = ()
    relations: dict[str, LookupStep | ConnectionStep] = field(default_factory=dict)


@dataclass(slots=True)
class LookupStep:
    """Rows by key: a `by:` look-up, a node, or the far end of a to-one relation.

    Attributes:
        info: The statement.
        selection: What is selected of each row.
        outputs: Columns that are read.
        arguments: Gives the coerced arguments of a look-up.
        relation: The relation that leads here; None for look-ups, whose key the arguments give.
        key_positions: Where the key stands in the parent's row; empty for look-ups.
    """

    info: StepInfo
    selection: RowSelection
    outputs: tuple[Output, ...]
    arguments: ArgumentSource
    relation: ToOne | None = None
    key_positions: tuple[int, ...] = ()


@dataclass(slots=True)
class ConnectionStep:
    """A window of rows: of a whole relation, or of each parent.

    Attributes:
        type: The object type of the rows.
        fields: What stands in the answer, in order; edges and pageInfo have parts.
        arguments: Gives the coerced arguments.
        page: The statement that reads rows; None if no rows are selected.
        count: The statement for `totalCount`; None if it is not selected.
        outputs: Columns that are read of each row.
        places: What is selected of the rows, by response keys below the connection
            (`("nodes",)`, `("edges", "node")`).
        cursors: Whether cursors are needed.
        relation: The relation that leads here; None at the root.
        key_positions: Where the key stands in the parent's row; empty at the root.
        shapes: Kept by `resolvers.reads`: what arguments come to without their values.
    """

    type: TableType
    fields: tuple[SelectedField, ...]
    arguments: ArgumentSource
    page: StepInfo | None
    count: StepInfo | None
    outputs: tuple[Output, ...]
    places: dict[tuple[str, ...], RowSelection]
    cursors: bool
    relation: ToMany | None = None
    key_positions: tuple[int, ...] = ()
    shapes: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def page_info(self) -> bool:
        """Whether it is asked where pages stand in their connection."""
        return any(field.name == "pageInfo" for field in self.fields)


@dataclass(slots=True)
class NodeStep:
    """A field of type `Node`: the row's type is known once its global id is.

    Attributes:
        arguments: Gives the coerced arguments.
        step_for: Plans the look-up for one object type; asked again, it gives the same step.
    """

    arguments: ArgumentSource
    step_for: Callable[[TableType], LookupStep]


Step = LookupStep | ConnectionStep | NodeStep


@dataclass(slots=True)
class Plan:
    """The steps of an operation.

    Attributes:
        fields: The root fields in order, with the document's nodes for them.
        roots: By response key: the steps of root fields that read rows.
        statements: Every statement, in order of its id.
    """

    fields: dict[str, list[FieldNode]] = field(default_factory=dict)
    roots: dict[str, Step] = field(default_factory=dict)
    statements: list[StepInfo] = field(default_factory=list)
