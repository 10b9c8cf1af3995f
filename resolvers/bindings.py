"""What GraphQL names stand for in the database: the model that schema building makes and planning reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from db.query import Relationship, ToOneJoin
from resolvers.cost_weights import CostWeights
from resolvers.introspection import Answers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from graphql import GraphQLSchema

    from db.catalogue.model import Argument, Function, QualifiedName, Table
    from db.query import Searched, Via
    from db.values import Shape


class CacheScope(StrEnum):
    """Who may be given an answer that is kept."""

    PUBLIC = "PUBLIC"
    """Everybody who may see the same rows."""
    PRIVATE = "PRIVATE"
    """The caller it was made for, and nobody else."""


@dataclass(frozen=True, slots=True)
class CacheControl:
    """How long answers may be kept that have something in them: Apollo's `@cacheControl`.

    Attributes:
        max_age: Seconds; None where nothing is said about that.
        scope: For whom.
    """

    max_age: int | None = None
    scope: CacheScope = CacheScope.PUBLIC


@dataclass(frozen=True, slots=True)
class ColumnBinding:
    """A field that shows a column.

    Attributes:
        column: The column's name in the database.
        shape: What its type is to callers.
        to_json: How a non-null value in read form becomes part of an answer; None where it already is.
        searched: How full-text search looks at it; None where it is not offered.
    """

    column: str
    shape: Shape
    to_json: Callable[[Any], Any] | None
    searched: Searched | None = None


@dataclass(frozen=True, slots=True)
class RowVersion:
    """What tells whether a row has changed.

    Attributes:
        field: The field that shows it.
        column: The column, of the system or of the table (see `Column.version`).
        nullable: Whether a row may have none.
        raised: Whether writes raise the column by one; else the database changes it.
    """

    field: str
    column: str
    nullable: bool = False
    raised: bool = False


@dataclass(frozen=True, slots=True)
class ToOne:
    """A field that leads to at most one row of `target`.

    Attributes:
        target: The relation that is led to.
        columns: The columns here whose values are the key.
        via: How rows of the target belong to the key.
        required: Whether the database guarantees the row.
    """

    target: QualifiedName
    columns: tuple[str, ...]
    via: Via
    required: bool

    def join(self) -> ToOneJoin:
        """The same step as a join, for a statement that reads or sorts by the row it leads to."""
        return ToOneJoin(self.target, tuple(zip(self.columns, self.via.columns, strict=True)))


@dataclass(frozen=True, slots=True)
class ToMany:
    """A field that leads to a connection of rows of `target` (attributes as `ToOne`)."""

    target: QualifiedName
    columns: tuple[str, ...]
    via: Via


Relation = ToOne | ToMany


def relationship_of(relation: Relation) -> Relationship:
    """The relation as what conditions and orders within one statement follow."""
    pairs = tuple(zip(relation.columns, relation.via.columns, strict=True))
    return Relationship(relation.target, pairs, relation.via.junction)


class Holder(Enum):
    """Which row has the foreign key that a relation stands on."""

    HERE = "here"
    """The row that the relation leads from."""
    THERE = "there"
    """The rows that it leads to."""
    JUNCTION = "junction"
    """Rows between."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relation by which rows are written together.

    Attributes:
        relation: The relation.
        holder: Which row has the foreign key.
        creates: Whether new rows can be given with a new row.
        connects: Whether rows that are there can.
        clearable: Columns there that can be NULL, so that rows can be disconnected; of a junction, those that
            say which of its rows are deleted.
    """

    relation: Relation
    holder: Holder
    creates: bool
    connects: bool
    clearable: tuple[str, ...]

    @property
    def is_many(self) -> bool:
        """Whether it leads to any number of rows."""
        return isinstance(self.relation, ToMany)


@dataclass(frozen=True, slots=True)
class PythonField:
    """A field whose values Python code gives, for all rows of one place of the answer at once.

    Attributes:
        name: Of the field.
        reads: The fields of the columns that the code is given.
        call: The code: from rows (by field name, what the answer would have), coerced arguments and what
            the code may fetch with, to a list with a value, or an Exception, for each row.
        cost: Units of each row; None where nothing is set.
        cache: How long its values may be kept; None where they may not.
    """

    name: str
    reads: tuple[str, ...]
    call: Callable[[Sequence[Mapping[str, Any]], Mapping[str, Any], object], Awaitable[object] | object]
    cost: int | None = None
    cache: CacheControl | None = None


class WriteKind(StrEnum):
    """What becomes of rows that are written."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class WriteHooks:
    """Python code that is called before and after the rows of a relation are written.

    Attributes:
        reads: The fields of the columns that the code is given of written rows.
        before: From what is to be done, rows in input form (by their names in the input) and what the code
            may fetch with, to the rows that are written instead, as many; None without such code.
        after: Is given what was done, the rows that were written (by field name, what the answer would
            have), and what the code may fetch with; None without such code.
    """

    reads: tuple[str, ...]
    before: (
        Callable[[WriteKind, Sequence[Mapping[str, Any]], object], Awaitable[Sequence[Mapping[str, Any]]]]
        | None
    )
    after: Callable[[WriteKind, Sequence[Mapping[str, Any]], object], Awaitable[None]] | None


@dataclass(frozen=True, slots=True)
class ArgumentBinding:
    """An argument of a field that stands for one of a function.

    Attributes:
        argument: The function's.
        shape: What its type is to callers.
        required: Whether it must be given, and not null.
    """

    argument: Argument
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True)
class FunctionBinding:
    """A field that stands for a function.

    Attributes:
        function: The function.
        arguments: Its arguments by field argument, in their order; a row that it is given is none of them.
        shape: What it gives: one value, or each of a set; None where it gives rows, or nothing.
        owner: The relation whose row it is given.
        relation: Of a function of a row that gives rows: how its rows are found by the key of the one given.
        target: The relation whose rows it gives; None where it gives values.
        cost: Units of a call; None where nothing is set.
    """

    function: Function
    arguments: Mapping[str, ArgumentBinding]
    shape: Shape | None
    owner: QualifiedName | None = None
    relation: Relation | None = None
    target: QualifiedName | None = None
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """One way to name a row in `by:`: pairs of input field and column; nested in an object if composite.

    `immediate`: whether the database can tell of a new row at once that one with this key is there.
    """

    parts: tuple[tuple[str, str], ...]
    nested: bool
    immediate: bool = True


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Rows of a page when neither `first` nor `last` is given, and the most that they may ask for."""

    size: int
    most: int


@dataclass(frozen=True, slots=True)
class TableType:
    """The object type of a relation.

    Attributes:
        name: Of the GraphQL type.
        connection_name: Of the type of its connections.
        edge_name: Of the type of their edges.
        filter_name: Of the input that filters rows.
        related_filter_name: Of the input that filters other rows by these, where they lead to many.
        order_name: Of the input that sorts rows.
        key_name: Of the input that names one row.
        table: The relation in the catalogue.
        columns: Fields that show columns.
        shapes: What columns are to callers, by their name in the database; also of those that no field shows.
        pages: How many rows pages have.
        relations: Fields that lead to other rows.
        filters: Columns and relations by their name in the filter input.
        orders: Columns by their name in the order input; to-one relations stand there under their field name.
        keys: Ways to name a row in `by:`, the global id (`id`) not among them.
        id_columns: Columns of the primary key, which the global id is made of; None without one.
        version: A row's version, which changes when the row does; None where rows have none.
        inserted: Columns by their name in the input of new rows; empty where there can be none.
        updated: Columns by their name in the input of changes.
        links: Relations by which rows are written together, by their field.
        python: Fields whose values Python code gives.
        hooks: What is called before and after rows are written; None without such code.
        functions: Fields whose values, or rows, functions of a row give.
        cost: Units of a row.
        field_costs: By field: units that are set for what shows a column or leads to rows.
        cache: How long answers with its rows may be kept; None where nothing is said about that.
    """

    name: str
    connection_name: str
    edge_name: str
    filter_name: str
    related_filter_name: str
    order_name: str
    key_name: str
    table: Table
    columns: Mapping[str, ColumnBinding]
    shapes: Mapping[str, Shape]
    pages: PageLimits
    relations: Mapping[str, Relation]
    filters: Mapping[str, ColumnBinding | Relation]
    orders: Mapping[str, ColumnBinding]
    keys: Mapping[str, KeyBinding]
    id_columns: tuple[str, ...] | None
    version: RowVersion | None
    inserted: Mapping[str, ColumnBinding]
    updated: Mapping[str, ColumnBinding]
    links: Mapping[str, Link] = field(default_factory=lambda: MappingProxyType({}))
    python: Mapping[str, PythonField] = field(default_factory=lambda: MappingProxyType({}))
    hooks: WriteHooks | None = None
    functions: Mapping[str, FunctionBinding] = field(default_factory=lambda: MappingProxyType({}))
    cost: int = 1
    field_costs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    cache: CacheControl | None = None

    @property
    def raised(self) -> str | None:
        """The column that is raised by one whenever a row is changed."""
        return self.version.column if self.version is not None and self.version.raised else None


class MutationKind(Enum):
    """What a field of `Mutation` does; `..._MANY` to any number of rows."""

    CREATE = "create"
    CREATE_MANY = "create many"
    UPDATE = "update"
    UPDATE_MANY = "update many"
    DELETE = "delete"
    DELETE_MANY = "delete many"

    @property
    def is_many(self) -> bool:
        """Whether its payload has a list of rows."""
        return self in {MutationKind.CREATE_MANY, MutationKind.UPDATE_MANY, MutationKind.DELETE_MANY}


@dataclass(frozen=True, slots=True)
class MutationBinding:
    """A field of `Mutation`.

    Attributes:
        type: The object type of the rows that it writes.
        kind: What it does.
        payload: Name of the type of its payload.
        rows: Field of the payload that shows the row, or the rows.
    """

    type: TableType
    kind: MutationKind
    payload: str
    rows: str

    @property
    def is_many(self) -> bool:
        """Whether its payload has a list of rows."""
        return self.kind.is_many


@dataclass(frozen=True, slots=True)
class FunctionMutation:
    """A field of `Mutation` that calls a function.

    Attributes:
        function: The function.
        type: The object type of the rows that it gives; None where it gives none.
        payload: Name of the type of its payload.
        rows: Field of the payload that shows what it gives.
    """

    function: FunctionBinding
    type: TableType | None
    payload: str
    rows: str

    @property
    def is_many(self) -> bool:
        """Whether its payload has a list of rows."""
        return self.function.function.returns_set


@dataclass(frozen=True, slots=True)
class RootBinding:
    """A field of `Query`: a connection or a look-up of `type`, or (None) of whatever a global id names.

    With a `function` it is what that gives: a connection or a row of `type`, or (None) a value.
    """

    type: TableType | None
    is_connection: bool = False
    function: FunctionBinding | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """All object types of one schema, and what is common to them.

    Attributes:
        types: By GraphQL type name.
        by_table: By relation.
        roots: The fields of `Query` that read rows.
        mutations: The fields of `Mutation` that write rows, or call functions.
        cursor_key: Secret under which cursors are authenticated.
        named_constraints: Schema, table and name of the constraints that errors may name; None for all.
        subtrees: What graphql-core completes single values of Python fields with; see `resolvers.subtrees`.
        fetched: Kept by `resolvers.fetching`: operations that Python code fetches, by their text and name.
        introspections: Kept by `resolvers.execution`: answers of the schema about itself.
        function_fields: Names of the fields that stand for functions whose arguments have defaults.
        weights: What the parts of operations cost.
        root_caches: How long answers may be kept that have these fields of `Query` in Python in them; answers
            with others may not.
    """

    types: Mapping[str, TableType]
    by_table: Mapping[QualifiedName, TableType]
    roots: Mapping[str, RootBinding]
    cursor_key: bytes
    mutations: Mapping[str, MutationBinding | FunctionMutation] = field(
        default_factory=lambda: MappingProxyType({})
    )
    named_constraints: frozenset[tuple[str, str, str]] | None = None
    subtrees: GraphQLSchema | None = None
    fetched: dict[tuple[str, str | None], Any] = field(default_factory=dict, repr=False, compare=False)
    introspections: Answers = field(default_factory=Answers, repr=False, compare=False)
    function_fields: frozenset[str] = frozenset()
    weights: CostWeights = field(default_factory=CostWeights)
    root_caches: Mapping[str, CacheControl] = field(default_factory=lambda: MappingProxyType({}))
