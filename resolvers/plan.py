"""The plan of an operation as data: a tree of fetch steps, each one SQL statement or part of its parent's.

Steps say what is read (relation, columns, how rows belong to their parents); arguments are bound when the
operation runs. A step is identified by where it stands in the answer, so that the number of statements
depends on the shape of the operation alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from db.query import XMIN, Form, Output
from db.values import key_text, read_form_is_key_form

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from graphql import DocumentNode, FieldNode, GraphQLOutputType

    from db.calls import Call
    from db.query import Aggregate, ToOneJoin
    from resolvers.arguments import ArgumentSource
    from resolvers.bindings import (
        FunctionBinding,
        FunctionMutation,
        MutationBinding,
        PythonField,
        TableType,
        ToMany,
        ToOne,
    )
    from resolvers.calls import CallInputs


ESTIMATE = "estimatedCount"
"""The field of connections."""


class Strategy(StrEnum):
    """How a step gets its rows."""

    LOOKUP = "lookup"
    """Rows by the keys that the operation names."""
    JOIN = "join"
    """The one row of each parent, joined to it by the statement that reads the parents."""
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
    ESTIMATE = "estimate"
    """How many rows the planner expects a whole relation to have."""
    AGGREGATE = "aggregate"
    """Aggregates of a whole relation."""
    AGGREGATES = "batch-aggregates"
    """Aggregates of the rows of each parent, for all parents at once."""
    GROUPS = "groups"
    """Groups of a whole relation."""
    GROUPS_OF_EACH = "batch-groups"
    """Groups of the rows of each parent, for all parents at once."""
    FUNCTION = "function"
    """What a function gives that is called once: a value, or rows."""
    INSERT = "insert"
    """Rows that are written, and so the following."""
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One step of the plan: a statement, unless its rows are joined to its parent's.

    Attributes:
        id: Its number in the operation, from 1.
        parent: The step whose rows give its keys; None at the root.
        path: Response keys from the root.
        table: Schema and name of the relation.
        strategy: How it gets its rows.
        field: The field of the document that asks for it.
        marker: Of a joined step: where the rows of its statement say whether the row is there.
    """

    id: int
    parent: int | None
    path: tuple[str, ...]
    table: str
    strategy: Strategy
    field: FieldNode
    marker: int | None = None


class OutputList:
    """The columns that a statement reads, each once; collects while planning.

    Args:
        table_type: What the rows are.
        path: The joins that lead to them from the rows of the statement.
        positions: The columns so far, where the rows are joined.

    Attributes:
        inputs: Where the values of the statement's calls of functions come from.
    """

    def __init__(
        self,
        table_type: TableType,
        path: tuple[ToOneJoin, ...] = (),
        positions: dict[Output, int] | None = None,
    ) -> None:
        self._shapes = table_type.shapes
        self._path = path
        self._positions: dict[Output, int] = {} if positions is None else positions
        self.inputs: list[CallInputs] = []

    def read(self, column: str) -> int:
        """Position of the column in read form."""
        return self._add(column, Form.READ)

    def key(self, columns: tuple[str, ...]) -> tuple[int, ...]:
        """Positions of the columns in key form."""
        return tuple(
            self._add(column, Form.READ if read_form_is_key_form(self._shapes[column]) else Form.KEY)
            for column in columns
        )

    def version(self, column: str) -> Slot:
        """The version of rows, as text."""
        if column == XMIN:
            return Slot(self.read(XMIN), None)
        [position] = self.key((column,))
        return Slot(position, key_text(self._shapes[column]))

    @property
    def reads_xmin(self) -> bool:
        """Whether PostgreSQL's own version of rows is read."""
        return any(output.column == XMIN for output in self._positions)

    def joins(self, relation: ToOne) -> int:
        """How many joins the statement has, that of the relation included."""
        paths = {output.path for output in self._positions if output.path}
        return len(paths | {(*self._path, relation.join())})

    def join(self, relation: ToOne, target: TableType) -> tuple[int, OutputList]:
        """Joins the row that a relation leads to: the position that says whether it is there, its columns."""
        joined = OutputList(target, (*self._path, relation.join()), self._positions)
        return joined._add(relation.via.columns[0], Form.PRESENT), joined

    def call(self, call: Call, inputs: CallInputs) -> int:
        """Position of what a function gives for the row."""
        if inputs.parameters:
            self.inputs.append(inputs)
        return self._positions.setdefault(Output("", Form.READ, call=call), len(self._positions))

    def _add(self, column: str, form: Form) -> int:
        return self._positions.setdefault(Output(column, form, self._path), len(self._positions))

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


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value of an object that is made of one record.

    Attributes:
        slot: Where it stands in the record.
        output: Its GraphQL type.
        parts: What is selected of it, where it is no scalar.
    """

    slot: Slot
    output: GraphQLOutputType
    parts: tuple[SelectedField, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """An object that is made of one record, objects within it included.

    Attributes:
        type: Name of its GraphQL type.
        fields: By response key, in order; None stands for `__typename`.
    """

    type: str
    fields: Mapping[str, Leaf | Template | None]

    def plain(self, record: Sequence[Any]) -> dict[str, Any]:
        """The object of a record whose values stand in the answer as they are."""
        return {
            key: self.type
            if part is None
            else part.plain(record)
            if isinstance(part, Template)
            else record[part.slot.position]
            for key, part in self.fields.items()
        }


@dataclass(frozen=True, slots=True)
class AggregateStep:
    """Aggregates of the rows of a connection.

    Attributes:
        info: The statement; None if it would compute nothing.
        aggregates: What is computed.
        templates: What stands in the answer, by response key.
    """

    info: StepInfo | None
    aggregates: tuple[Aggregate, ...]
    templates: Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class GroupStep:
    """Groups of the rows of a connection.

    Attributes:
        type: The object type of the rows.
        info: The statement.
        arguments: Gives the coerced arguments.
        outputs: What is read of each group: aggregates, and fields of columns that may be grouped by.
        template: What stands in the answer for each group.
        shapes: Kept by `resolvers.aggregate_reads`: what constant arguments come to.
    """

    type: TableType
    info: StepInfo
    arguments: ArgumentSource
    outputs: tuple[Aggregate | str, ...]
    template: Template
    shapes: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class PythonCall:
    """A Python field at one place of the answer: called once for all rows there.

    Attributes:
        field: The field.
        type: Of its values.
        slots: What each row is made of, by field name.
        arguments: From coerced variables to coerced arguments.
        subtree: Completes a list of its values by graphql-core; None where they have no selections.
    """

    field: PythonField
    type: GraphQLOutputType
    slots: tuple[tuple[str, Slot], ...]
    arguments: Callable[[Mapping[str, Any]], dict[str, Any]]
    subtree: DocumentNode | None


@dataclass(slots=True)
class RowSelection:
    """What is selected of a row at one place of the answer.

    Attributes:
        type: The object type.
        fields: What stands in the answer, in order.
        slots: By field name: where the value stands.
        id_positions: Where the parts of the global id stand; empty if it is not selected.
        relations: By response key: the step that a relation leads to. The positions of a joined step's
            selection are those of this one's rows.
        calls: By response key: the call of a Python field; rows that are joined have none.
        computed: By response key: where the value of a function stands; rows that are joined have none.
    """

    type: TableType
    fields: list[SelectedField] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    id_positions: tuple[int, ...] = ()
    relations: dict[str, LookupStep | ConnectionStep] = field(default_factory=dict)
    calls: dict[str, PythonCall] = field(default_factory=dict)
    computed: dict[str, Slot] = field(default_factory=dict)

    def fetched(self) -> Iterator[LookupStep | ConnectionStep]:
        """The steps with statements of their own whose keys these rows give, joined ones included."""
        for step in self.relations.values():
            if isinstance(step, LookupStep) and step.is_joined:
                yield from step.selection.fetched()
            else:
                yield step


@dataclass(slots=True)
class LookupStep:
    """Rows by key: a `by:` look-up, a node, or the far end of a to-one relation.

    Attributes:
        info: The step.
        selection: What is selected of each row.
        outputs: Columns that its statement reads; empty for a joined step, which has none.
        arguments: Gives the coerced arguments of a look-up.
        relation: The relation that leads here; None for look-ups, whose key the arguments give.
        key_positions: Where the key stands in the parent's row; empty for look-ups and joined steps.
        call: The function that gives the row; None if none does.
        inputs: Where the values of the statement's calls of functions come from.
    """

    info: StepInfo
    selection: RowSelection
    outputs: tuple[Output, ...]
    arguments: ArgumentSource
    relation: ToOne | None = None
    key_positions: tuple[int, ...] = ()
    call: Call | None = None
    inputs: tuple[CallInputs, ...] = ()

    @property
    def is_joined(self) -> bool:
        """Whether its rows stand in those of its parent."""
        return self.info.strategy is Strategy.JOIN

    @property
    def is_required(self) -> bool:
        """Whether the database guarantees the row."""
        return self.relation is not None and self.relation.required


@dataclass(slots=True)
class ConnectionStep:
    """A window of rows: of a whole relation, or of each parent.

    Attributes:
        type: The object type of the rows.
        node: The field that asks for it, as it stands in the document.
        fields: What stands in the answer, in order; edges and pageInfo have parts.
        arguments: Gives the coerced arguments.
        page: The statement that reads rows; None if no rows are selected.
        count: The statement for `totalCount`; None if it is not selected.
        estimate: The statement for `estimatedCount`; None if it is not selected.
        outputs: Columns that are read of each row.
        places: What is selected of the rows, by response keys below the connection
            (`("nodes",)`, `("edges", "node")`).
        cursors: Whether cursors are needed.
        aggregate: The statement for `aggregate`; None if it is not selected.
        groups: The statements for `groups`, by response key.
        relation: The relation that leads here; None at the root.
        key_positions: Where the key stands in the parent's row; empty at the root.
        call: The function that gives the rows; None if none does.
        inputs: Where the values of the statements' calls of functions come from.
        shapes: Kept by `resolvers.reads`: what arguments come to without their values.
    """

    type: TableType
    node: FieldNode
    fields: tuple[SelectedField, ...]
    arguments: ArgumentSource
    page: StepInfo | None
    count: StepInfo | None
    estimate: StepInfo | None
    outputs: tuple[Output, ...]
    places: dict[tuple[str, ...], RowSelection]
    cursors: bool
    aggregate: AggregateStep | None
    groups: Mapping[str, GroupStep]
    relation: ToMany | None = None
    key_positions: tuple[int, ...] = ()
    call: Call | None = None
    inputs: tuple[CallInputs, ...] = ()
    shapes: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def page_info(self) -> bool:
        """Whether it is asked where pages stand in their connection."""
        return any(field.name == "pageInfo" for field in self.fields)

    @property
    def is_constant(self) -> bool:
        """Whether every request gives the same arguments."""
        sources = [self.arguments, *(each.arguments for each in self.groups.values())]
        sources += [each.arguments for each in self.inputs]
        return all(source.is_constant for source in sources)


@dataclass(slots=True)
class NodeStep:
    """A field of type `Node`: the row's type is known once its global id is.

    Attributes:
        arguments: Gives the coerced arguments.
        step_for: Plans the look-up for one object type; asked again, it gives the same step.
    """

    arguments: ArgumentSource
    step_for: Callable[[TableType], LookupStep]


@dataclass(slots=True)
class FunctionStep:
    """What a function gives that is called once: a value, or a row.

    Attributes:
        info: The statement.
        binding: What the field stands for.
        arguments: Gives the coerced arguments.
        call: The call.
        inputs: Where the values of the statement's calls of functions come from.
        slot: Where the value stands in the record; None where there is a row.
        parts: What is selected of the value.
        selection: What is selected of the row; None where there is a value.
        outputs: Columns that are read of the row.
    """

    info: StepInfo
    binding: FunctionBinding
    arguments: ArgumentSource
    call: Call
    inputs: tuple[CallInputs, ...]
    slot: Slot | None
    parts: tuple[SelectedField, ...] = ()
    selection: RowSelection | None = None
    outputs: tuple[Output, ...] = ()


@dataclass(slots=True)
class MutationStep:
    """Rows that are written, or what a function that may write gives.

    Attributes:
        info: The step.
        binding: What it does.
        arguments: Gives the coerced arguments.
        fields: What stands in the payload, in order; the value of a function has parts.
        outputs: Columns that are read of each written row.
        places: What is selected of the rows, by response keys of the payload.
        inputs: Where the values of the statement's calls of functions come from.
        call: The call of the function, if it is one.
        slot: Where its value stands in the record; None where there are rows.
        hooked: What the rows are made of, by field name, that Python code is given after the write.
    """

    info: StepInfo
    binding: MutationBinding | FunctionMutation
    arguments: ArgumentSource
    fields: tuple[SelectedField, ...]
    outputs: tuple[Output, ...]
    places: dict[str, RowSelection]
    inputs: tuple[CallInputs, ...] = ()
    call: Call | None = None
    slot: Slot | None = None
    hooked: tuple[tuple[str, Slot], ...] = ()


Step = LookupStep | ConnectionStep | NodeStep | FunctionStep | MutationStep


@dataclass(slots=True)
class Plan:
    """The steps of an operation.

    Attributes:
        fields: The root fields in order, with the document's nodes for them.
        roots: By response key: the steps of root fields that read rows.
        steps: Every step, in order of its id.
    """

    fields: dict[str, list[FieldNode]] = field(default_factory=dict)
    roots: dict[str, Step] = field(default_factory=dict)
    steps: list[StepInfo] = field(default_factory=list)
