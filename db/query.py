"""What can be asked of a relation, as pure, hashable data.

A read holds no values: parameters are named, so that two reads of one shape are equal and share one
rendered statement. Columns are named as the database names them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncpg import Record

    from db.calls import Call
    from db.catalogue.model import QualifiedName

CTID = "ctid"
TABLEOID = "tableoid"
XMIN = "xmin"
"""The transaction that wrote a row: its version."""


class Form(StrEnum):
    """The form in which a column is read (see `db.values`)."""

    READ = "read"
    KEY = "key"
    PRESENT = "present"
    """Not the value, but whether there is one: of a column that a join compares, whether it found a row."""


@dataclass(frozen=True, slots=True)
class ToOneJoin:
    """From the rows reached so far to the one row of `table`, if any, where the column pairs are equal."""

    table: QualifiedName
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the result: of the relation itself, or of the row that `path` leads to.

    The columns of a row that is not there are NULL. With a `call`, it is what a function gives for the row
    (`column` is empty then).
    """

    column: str
    form: Form
    path: tuple[ToOneJoin, ...] = ()
    call: Call | None = None


class Operator(StrEnum):
    """Comparisons between a column and a parameter, with SQL's three-valued logic."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    NOT_IN = "notIn"
    LIKE = "like"
    ILIKE = "ilike"
    REGEX = "regex"
    CONTAINS = "contains"
    """Of arrays, ranges and JSON, as the following."""
    CONTAINED_BY = "containedBy"
    OVERLAPS = "overlaps"
    CONTAINS_VALUE = "containsValue"
    HAS_KEY = "hasKey"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`column operator parameter`."""

    column: str
    operator: Operator
    parameter: str


class SearchForm(StrEnum):
    """What full-text search looks at."""

    VECTOR = "vector"
    """The column is a tsvector."""
    TEXT = "text"
    """What `to_tsvector` makes of the column, as an index has it."""
    TEXT_OR_EMPTY = "text or empty"
    """The same, of an empty text where the column is NULL."""


@dataclass(frozen=True, slots=True)
class Searched:
    """How a column is searched: its form, and the text search configuration (None: the session's own)."""

    form: SearchForm
    configuration: str | None


@dataclass(frozen=True, slots=True)
class TextMatch:
    """`column @@ websearch_to_tsquery(parameter)`."""

    column: str
    searched: Searched
    parameter: str


@dataclass(frozen=True, slots=True)
class NullTest:
    """`column IS [NOT] NULL`."""

    column: str
    null: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every term holds; without terms, true."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some term holds; without terms, false."""

    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NotOf:
    """The term does not hold (unknown stays unknown)."""

    term: Condition


class Quantifier(StrEnum):
    """How many related rows meet a condition."""

    SOME = "some"
    EVERY = "every"
    """None of them fails to meet it, by being unknown or otherwise; so it holds without rows too."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Relationship:
    """How rows of `table` belong to a row.

    Attributes:
        table: Their relation.
        pairs: Columns of the row, and those that equal them: of the junction, if there is one, or of `table`.
        junction: What stands between.
    """

    table: QualifiedName
    pairs: tuple[tuple[str, str], ...]
    junction: JunctionJoin | None = None


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """So many of the rows that belong to a row meet a condition."""

    quantifier: Quantifier
    relationship: Relationship
    condition: Condition


Condition = Comparison | TextMatch | NullTest | AllOf | AnyOf | NotOf | RelatedRows


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One term of an order: a column of the relation itself, or of the row that `path` leads to.

    `column` may be the system column `ctid` or `tableoid` where the relation has no key.
    """

    column: str
    descending: bool = False
    nulls_first: bool = False
    path: tuple[ToOneJoin, ...] = ()


@dataclass(frozen=True, slots=True)
class CountTerm:
    """One term of an order: how many rows belong to the row, or to the one that `path` leads to."""

    relationship: Relationship
    descending: bool = False
    path: tuple[ToOneJoin, ...] = ()

    @property
    def nulls_first(self) -> bool:
        """Whether NULLs come first: there are none."""
        return False


@dataclass(frozen=True, slots=True)
class Distinct:
    """Of the rows with equal values in some columns, NULL being equal to NULL, the first in an order.

    Attributes:
        columns: The columns.
        order: A total order, as far as there is one; it begins with the columns.
    """

    columns: tuple[str, ...]
    order: tuple[OrderTerm | CountTerm, ...]


@dataclass(frozen=True, slots=True)
class JunctionJoin:
    """A table between parent and rows; `pairs` are (junction column, column of the rows)."""

    table: QualifiedName
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Via:
    """How rows belong to a key: `columns` (of the junction, if there is one) equal the key's parts.

    `key_types` are the types of the key's parts, which may differ from the columns' own.
    """

    columns: tuple[str, ...]
    key_types: tuple[QualifiedName, ...]
    junction: JunctionJoin | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What reads have in common: their hash is computed once, for they are looked up again and again."""

    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        values = tuple(getattr(self, each.name) for each in fields(self) if each.compare)
        object.__setattr__(self, "_hash", hash((type(self).__name__, values)))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class LookupRead(_Read):
    """At most one row for each of a list of keys.

    Attributes:
        table: The relation.
        outputs: What is read of each row.
        via: How rows belong to keys.
        call: The function that gives them, as for `PageRead`.
    """

    table: QualifiedName
    outputs: tuple[Output, ...]
    via: Via
    call: Call | None = None

    __hash__ = _Read.__hash__  # dataclasses would make one anew


@dataclass(frozen=True, slots=True)
class Seek:
    """A position in an order: for each order term, whether the cursor's value there is NULL."""

    nulls: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PageRead(_Read):
    """A window of rows in an order: of the whole relation, or of each of a list of keys.

    Attributes:
        table: The relation.
        outputs: What is read of each row.
        via: How rows belong to keys; None reads the whole relation.
        condition: Which rows count.
        order: A total order, forwards.
        positional: The relation has no key: rows are told apart by their position in `order`.
        backward: Read from the end; rows come in reverse order.
        after: Only rows after this position.
        before: Only rows before this position.
        offset: Whether leading rows are skipped.
        cursors: Whether the values of the order terms are read too (in key form, behind the outputs).
        distinct: Which of the rows that meet the condition count; None for all. `order` is total among these.
        call: The function that gives the rows, in place of the relation; None if none does. `via` then says
            which row of its `owner` it is given. Without an order, rows are numbered as they come.
        bound: Rows that no window of the read exceeds: PostgreSQL plans for so many, once. None where a plan
            for any values would be a bad one: with a condition, and with rows to skip.
    """

    table: QualifiedName
    outputs: tuple[Output, ...]
    via: Via | None
    condition: Condition
    order: tuple[OrderTerm | CountTerm, ...]
    positional: bool = False
    backward: bool = False
    after: Seek | None = None
    before: Seek | None = None
    offset: bool = False
    cursors: bool = False
    distinct: Distinct | None = None
    call: Call | None = None
    bound: int | None = None

    __hash__ = _Read.__hash__  # dataclasses would make one anew


@dataclass(frozen=True, slots=True)
class CountRead(_Read):
    """How many rows there are: in all, or for each of a list of keys (`call` as for `PageRead`)."""

    table: QualifiedName
    via: Via | None
    condition: Condition
    distinct: Distinct | None = None
    call: Call | None = None

    __hash__ = _Read.__hash__  # dataclasses would make one anew


@dataclass(frozen=True, slots=True)
class EstimateRead(_Read):
    """How many rows the planner expects there to be in all. No row is looked at.

    The result is one value: the plan in JSON (see `db.estimates.expected_rows`).
    """

    table: QualifiedName
    condition: Condition
    distinct: Distinct | None = None
    call: Call | None = None

    __hash__ = _Read.__hash__  # dataclasses would make one anew


class AggregateFunction(StrEnum):
    """What rows are summed up to; NULLs do not count, save for COUNT, which counts rows."""

    COUNT = "count"
    COUNT_DISTINCT = "countDistinct"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function of the values of a column; of the rows themselves (COUNT) without one."""

    function: AggregateFunction
    column: str | None = None


@dataclass(frozen=True, slots=True)
class AggregateRead(_Read):
    """Aggregates of all rows: in all, or for each of a list of keys (`call` as for `PageRead`)."""

    table: QualifiedName
    aggregates: tuple[Aggregate, ...]
    via: Via | None
    condition: Condition
    distinct: Distinct | None = None
    call: Call | None = None

    __hash__ = _Read.__hash__  # dataclasses would make one anew


class TimeUnit(StrEnum):
    """The unit that a date or a moment is truncated to; weeks begin on Monday, moments count in UTC."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """A column whose equal values make a group, truncated to `unit` if there is one."""

    column: str
    unit: TimeUnit | None = None


@dataclass(frozen=True, slots=True)
class GroupRead(_Read):
    """Groups of rows, in an order: of the whole relation, or of each of a list of keys.

    The columns of a group are named `k0`, `k1`, … (its keys) and `a0`, `a1`, … (its aggregates).

    Attributes:
        table: The relation.
        keys: What rows of one group have in common.
        aggregates: What is computed of each group.
        outputs: The columns of a group that are read; None stands for NULL.
        via: How rows belong to keys; None reads the whole relation.
        condition: Which rows count.
        having: Which groups count, over their columns.
        order: A total order, over their columns.
        offset: Whether leading groups are skipped.
        distinct: Which of the rows that meet the condition count; None for all.
        call: The function that gives the rows, as for `PageRead`.
    """

    table: QualifiedName
    keys: tuple[GroupKey, ...]
    aggregates: tuple[Aggregate, ...]
    outputs: tuple[str | None, ...]
    via: Via | None
    condition: Condition
    having: Condition
    order: tuple[OrderTerm, ...]
    offset: bool = False
    distinct: Distinct | None = None
    call: Call | None = None

    __hash__ = _Read.__hash__  # dataclasses would make one anew


@dataclass(frozen=True, slots=True)
class FunctionRead(_Read):
    """What one call of a function gives: the rows that there are, or a single one with its value.

    Attributes:
        call: The call; it is given no row.
        table: The relation whose rows it gives; None where it gives values.
        outputs: What is read of each row; without a table nothing but the value is.
    """

    call: Call
    table: QualifiedName | None = None
    outputs: tuple[Output, ...] = ()

    __hash__ = _Read.__hash__  # dataclasses would make one anew


Read = LookupRead | PageRead | CountRead | EstimateRead | AggregateRead | GroupRead | FunctionRead


def joined_rows(read: Read, rows: Iterable[Record]) -> dict[int, int]:
    """How many rows were joined to the rows of a read, by the position that says whether there is one."""
    outputs = read.outputs if isinstance(read, (LookupRead, PageRead)) else ()
    markers = [position for position, output in enumerate(outputs) if output.form is Form.PRESENT]
    if not markers:
        return {}
    counts = dict.fromkeys(markers, 0)
    for row in rows:
        for position in markers:
            counts[position] += row[position]
    return counts
