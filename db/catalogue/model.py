"""The catalogue: a frozen, typed picture of everything a database offers.

Pure data. `reflect` reads one from a live database; tests write them by hand. Nothing here depends on
the order in which tables, types or functions are listed: who needs an order sorts by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.footprints import Footprints


class QualifiedName(NamedTuple):
    """Schema and name, as PostgreSQL stores them (unquoted, case kept)."""

    schema: str
    name: str


class TypeKind(StrEnum):
    """What sort of type it is (`pg_type.typtype`, arrays told apart)."""

    BASE = "base"
    ENUM = "enum"
    DOMAIN = "domain"
    COMPOSITE = "composite"
    RANGE = "range"
    MULTIRANGE = "multirange"
    ARRAY = "array"
    PSEUDO = "pseudo"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of a composite type; `hidden` as for columns."""

    name: str
    type: QualifiedName
    comment: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class PgType:
    """A PostgreSQL type.

    Attributes:
        name: Schema and catalogue name (`pg_catalog.int4`, `pg_catalog._int4`, `public.mood`).
        kind: What sort of type.
        element: Of an array, the element type; of a range or multirange, the subtype; else None.
        base: Of a domain, the type it is over (may be a domain again); else None.
        labels: Of an enum, its labels in their sort order.
        attributes: Of a composite, its fields in order.
        not_null: Of a domain, whether it (or a domain below) refuses NULL.
        equatable: Whether the type has an equality operator (default btree or hash operator class).
        orderable: Whether the type has a default btree operator class, so that `<` and ORDER BY work.
            Operators of enums, unlike DISTINCT and ORDER BY, do not take a domain over an enum: cast it.
        comment: COMMENT ON TYPE / DOMAIN.
    """

    name: QualifiedName
    kind: TypeKind
    element: QualifiedName | None = None
    base: QualifiedName | None = None
    labels: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    not_null: bool = False
    equatable: bool = True
    orderable: bool = True
    comment: str | None = None


class RelationKind(StrEnum):
    """What sort of relation it is (`pg_class.relkind`)."""

    TABLE = "table"
    PARTITIONED_TABLE = "partitioned table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    FOREIGN_TABLE = "foreign table"


class Identity(StrEnum):
    """GENERATED … AS IDENTITY of a column."""

    ALWAYS = "always"
    BY_DEFAULT = "by default"


class Generated(StrEnum):
    """GENERATED ALWAYS AS (expression) of a column."""

    STORED = "stored"
    VIRTUAL = "virtual"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation.

    Attributes:
        name: As stored.
        type: Its type; look it up in `Catalog.types`.
        position: `attnum`: the order of columns.
        nullable: False exactly when the database guarantees a value: a validated NOT NULL constraint (that
            inheriting tables have too), or a domain that refuses NULL. Columns of views and foreign tables
            are nullable.
        has_default: Whether a row can be inserted without giving it (a default of the column or of its
            domain, identity or generated). False where the connected role may not use the sequence of the
            default.
        identity: Identity column, if it is one.
        generated: Generated column, if it is one.
        expression: What a generated column is made of, as SQL.
        comment: COMMENT ON COLUMN.
        selectable: Whether the connected role may read it.
        insertable: Whether the connected role may give it when inserting, as far as grants go.
        updatable: Whether the connected role may update it, as far as grants go.
        collation: Its collation; None for the database's own, and for types without.
        hidden: Whether settings keep it out of the schema; statements may use it all the same.
        version: Whether settings make it the version of rows: it changes whenever the row does.
    """

    name: str
    type: QualifiedName
    position: int
    nullable: bool = True
    has_default: bool = False
    identity: Identity | None = None
    generated: Generated | None = None
    expression: str | None = None
    comment: str | None = None
    selectable: bool = True
    insertable: bool = True
    updatable: bool = True
    collation: QualifiedName | None = None
    hidden: bool = False
    version: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether the schema has it."""
        return self.selectable and not self.hidden


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """Columns that identify at most one row: a primary key, unique constraint, or plain unique index.

    Partial indexes, indexes over expressions, invalid indexes and temporal keys (WITHOUT OVERLAPS) are not
    keys. Several keys of a table can have the same columns. `columns` keeps the order of the key, without
    those that are only INCLUDEd. `nulls_distinct` is PostgreSQL's NULLS [NOT] DISTINCT. `immediate`: whether
    it holds at every moment; a DEFERRABLE one may hold later, and ON CONFLICT does not take it.
    """

    name: str
    columns: tuple[str, ...]
    nulls_distinct: bool = True
    immediate: bool = True
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference from `columns` to `target_columns` of `target`, pairwise.

    `enforced` is False when the database does not guarantee that the target row exists: NOT VALID or NOT
    ENFORCED constraints, and those of a table whose rows include inheriting tables' rows. `hidden`: whether
    settings keep its relations out of the schema.
    """

    name: str
    columns: tuple[str, ...]
    target: QualifiedName
    target_columns: tuple[str, ...]
    enforced: bool = True
    deferrable: bool = False
    comment: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint that is neither key nor reference (CHECK, EXCLUDE, NOT NULL), and the columns it names."""

    name: str
    columns: tuple[str, ...]
    comment: str | None = None


class Sorting(NamedTuple):
    """How an index sorts a column."""

    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Index:
    """An index.

    `columns` are those of its key, None where an expression stands, and `sortings` how it sorts each;
    `predicate` is the condition of a partial index; `definition` is `pg_get_indexdef`.
    """

    name: str
    columns: tuple[str | None, ...]
    sortings: tuple[Sorting, ...]
    method: str
    unique: bool
    predicate: str | None
    definition: str


@dataclass(frozen=True, slots=True)
class Table:
    """A relation that holds rows: table, partitioned table (as one), view, materialised view, foreign table.

    Attributes:
        name: Schema and name.
        kind: What sort of relation.
        columns: Its live columns.
        primary_key: The primary key, if any.
        unique_keys: Further unique keys, the primary key not among them.
        foreign_keys: References from here.
        rules: Its other constraints.
        indexes: All valid indexes.
        comment: COMMENT ON TABLE / VIEW ….
        row_estimate: The planner's row count (`pg_class.reltuples`), None when never analysed.
        row_security: Whether row-level security is enabled on it.
        security_invoker: Of a view, whether it reads with the caller's rights.
        has_children: Whether other tables inherit from it (INHERITS; partitions do not count): reading it
            reads their rows too, for which its keys and foreign keys guarantee nothing.
        selectable: Whether all of it may be read, and not only some columns: then what PostgreSQL keeps of
            each row (`xmin`, `ctid`, `tableoid`) may be read, too.
        insertable: Whether INSERT works on it and is granted to the connected role (views: auto-updatable or
            INSTEAD OF triggers).
        updatable: The same for UPDATE.
        deletable: The same for DELETE.
    """

    name: QualifiedName
    kind: RelationKind
    columns: tuple[Column, ...]
    primary_key: UniqueKey | None = None
    unique_keys: tuple[UniqueKey, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    rules: tuple[Rule, ...] = ()
    indexes: tuple[Index, ...] = ()
    comment: str | None = None
    row_estimate: int | None = None
    row_security: bool = False
    security_invoker: bool = False
    has_children: bool = False
    selectable: bool = True
    insertable: bool = True
    updatable: bool = True
    deletable: bool = True

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def version(self) -> Column | None:
        """The column that settings make the version of rows."""
        return next((column for column in self.columns if column.version), None)


class Volatility(StrEnum):
    """What a function promises about its effects (`pg_proc.provolatile`)."""

    IMMUTABLE = "immutable"
    STABLE = "stable"
    VOLATILE = "volatile"


class ArgumentMode(StrEnum):
    """How an argument is passed (`pg_proc.proargmodes`)."""

    IN = "in"
    OUT = "out"
    INOUT = "inout"
    VARIADIC = "variadic"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a function; `name` is None where it has none."""

    name: str | None
    type: QualifiedName
    mode: ArgumentMode = ArgumentMode.IN
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function that the connected role may execute.

    Aggregates, window functions, procedures, trigger functions and those with polymorphic or internal
    arguments are none. `returns` is `pg_catalog.void` or `pg_catalog.record` where PostgreSQL says so; OUT
    and TABLE arguments then describe the columns.
    """

    name: QualifiedName
    arguments: tuple[Argument, ...]
    returns: QualifiedName
    returns_set: bool
    volatility: Volatility
    strict: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything the server knows about one database.

    Attributes:
        tables: By schema and name.
        types: Every type that a column, attribute, argument or result needs, transitively.
        functions: In no particular order; overloads share a name.
        schemas: The schemas that were read, in the order of precedence for bare GraphQL names.
        schema_comments: COMMENT ON SCHEMA, by schema.
        server_version: `server_version_num`, such as 180003.
        footprints: What reading and writing its relations leads to, whatever the role may use; None where it
            is not known.
    """

    tables: Mapping[QualifiedName, Table]
    types: Mapping[QualifiedName, PgType]
    functions: tuple[Function, ...] = ()
    schemas: tuple[str, ...] = ("public",)
    schema_comments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    server_version: int = 180000
    footprints: Footprints | None = None
