"""What `loadstone documents check` does: is every operation of a manifest valid, and its plan a good one?

A check is a function from an operation to its troubles; `check_manifest` asks all that it is given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import (
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

from core.errors import RequestError
from db.estimates import expected_rows
from db.query import AllOf, EstimateRead
from resolvers.cost_compiling import compile_cost
from resolvers.prepared import switches
from server.documents.index_advice import advised_index
from server.documents.preparing import DocumentRefusedError, valid_document
from server.explaining import explain
from server.questions import NotExplainedError, Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graphql import ArgumentNode, DocumentNode, GraphQLError, GraphQLSchema, Node

    from db.catalogue.model import Catalog, QualifiedName
    from db.database import Database
    from schema.build import Schema
    from server.documents.limits import DocumentLimits
    from server.documents.manifest import ManifestDocument
    from server.plan_report import StatementReport, StepReport

LARGE_ROWS = 10_000
"""How many rows a table has, at least, that is not to be read as a whole."""

NOTE = "note"
"""The kind of what is to be told, although nothing is wrong."""

_ID_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with an operation.

    Attributes:
        kind: `invalid`, or what the check is about: `plan`, `cost`; `note` where nothing is wrong.
        message: One line.
        index: The statement that makes the index which would help, if there is one.
    """

    kind: str
    message: str
    index: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedOperation:
    """A valid operation.

    Attributes:
        name: What it is called; None if it has no name.
        source: The text of its document.
        document: The document.
        operation: The operation.
    """

    name: str | None
    source: str
    document: DocumentNode
    operation: OperationDefinitionNode


Check = Callable[[CheckedOperation], Awaitable[list[Trouble]]]
"""What is wrong with a valid operation."""


class Found(NamedTuple):
    """What was found of an operation, or of a document that is not valid."""

    id: str
    name: str | None
    troubles: list[Trouble]

    @property
    def is_wrong(self) -> bool:
        """Whether anything is wrong."""
        return any(trouble.kind != NOTE for trouble in self.troubles)

    def lines(self) -> Iterator[str]:
        """One for each trouble."""
        name = f"{self.name} ({self.id[:_ID_CHARACTERS]})" if self.name else self.id
        for trouble in self.troubles:
            index = "" if trouble.index is None else f": {trouble.index}"
            yield f"{name}: {trouble.message}{index}"

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {"id": self.id, "name": self.name, "troubles": [asdict(each) for each in self.troubles]}


@dataclass(frozen=True, slots=True)
class Rules:
    """What documents must keep to.

    Attributes:
        schema: What they are validated against.
        limits: How much they may ask for.
        introspection: Whether anybody may ask for the schema.
    """

    schema: GraphQLSchema
    limits: DocumentLimits
    introspection: bool


async def check_manifest(
    documents: Iterable[ManifestDocument], rules: Rules, checks: Sequence[Check]
) -> list[Found]:
    """What there is to be found of each operation of a manifest, in its order."""
    found = []
    for each in documents:
        document = _valid_document(each.source, rules)
        if isinstance(document, list):
            found.append(Found(each.id, each.name, document))
            continue
        for operation in document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                name = None if operation.name is None else operation.name.value
                checked = CheckedOperation(name, each.source, document, operation)
                found.append(Found(each.id, name, [t for check in checks for t in await check(checked)]))
    return found


def _valid_document(source: str, rules: Rules) -> DocumentNode | list[Trouble]:
    try:
        document = valid_document(
            source, rules.schema, rules.limits, introspection=rules.introspection, suggestions=True
        )
    except DocumentRefusedError as refused:
        return [Trouble("invalid", _line(error)) for error in refused.errors]
    if not any(isinstance(each, OperationDefinitionNode) for each in document.definitions):
        return [Trouble("invalid", "the document has no operation")]
    return document


def typical_values(checked: CheckedOperation, page_size: int) -> dict[str, Any]:
    """Values of the variables that decide how much is asked for: usual pages, and all that could be skipped.

    Args:
        checked: The operation.
        page_size: Rows of a page.
    """
    usage = _usage(checked.document)
    values: dict[str, Any] = dict.fromkeys(usage.sizes, page_size)
    for name in switches(checked.document):
        values[name] = name not in usage.skips
    declared = {each.variable.name.value for each in checked.operation.variable_definitions or ()}
    return {name: value for name, value in values.items() if name in declared}


class CostCheck:
    """Finds operations that would be refused for what they may cost, or could be.

    Args:
        schema: The schema.
        max_cost: Units that an operation may cost.
        page_size: Rows of a page.
    """

    def __init__(self, schema: Schema, *, max_cost: int, page_size: int) -> None:
        self._schema = schema
        self._max_cost = max_cost
        self._page_size = page_size

    async def __call__(self, checked: CheckedOperation) -> list[Trouble]:
        """See `Check`."""
        try:
            cost = compile_cost(self._schema.graphql, self._schema.model, checked.document, checked.operation)
        except RequestError as error:
            return [Trouble("cost", error.message)]
        usual = cost.estimate(typical_values(checked, self._page_size))
        if usual > self._max_cost:
            message = f"it may cost {usual:,}, and a request {self._max_cost:,} (max_cost)"
            return [Trouble("cost", message)]
        declared = [each.variable.name.value for each in checked.operation.variable_definitions or ()]
        greatest = cost.estimate(dict.fromkeys(declared, ""))  # what is no number stands for the greatest
        if greatest > self._max_cost:
            message = f"it may cost {greatest:,} with the greatest pages, and is refused; usually {usual:,}"
            return [Trouble(NOTE, message)]
        return []


class PlanCheck:
    """Finds statements that read a large table as a whole.

    Values of variables are not known: pages are as large as they are by default, `@include` and `@skip` let
    everything in, and what filters compare with may be any value. What depends on more than that (rows that
    are written by variables) has no plan, and no trouble.

    Args:
        schema: The schema.
        database: The database that estimates.
        catalog: Its catalogue.
        max_tokens: The most lexical tokens of a document.
        page_size: Rows of a page.
        large_rows: How many rows a table has, at least, that is large.
    """

    def __init__(  # noqa: PLR0913 - what a plan depends on
        self,
        schema: Schema,
        database: Database,
        catalog: Catalog,
        *,
        max_tokens: int,
        page_size: int,
        large_rows: int = LARGE_ROWS,
    ) -> None:
        self._schema = schema
        self._database = database
        self._catalog = catalog
        self._max_tokens = max_tokens
        self._page_size = page_size
        self._large_rows = large_rows
        self._sizes: dict[QualifiedName, int] = {}

    async def __call__(self, checked: CheckedOperation) -> list[Trouble]:
        """See `Check`."""
        question = self._question(checked)
        try:
            report = await explain(question, self._schema, self._database)
        except NotExplainedError as error:
            return [Trouble(NOTE, f"its plan is not known: {line}") for line in error.lines]
        found = [
            await self._trouble(step, statement, table)
            for step in report.steps
            for statement in step.statements
            for table in statement.estimate.scanned
        ]
        return list(dict.fromkeys(each for each in found if each is not None))

    def _question(self, checked: CheckedOperation) -> Question:
        declared = {each.variable.name.value for each in checked.operation.variable_definitions or ()}
        return Question(
            source=checked.source,
            operation_name=checked.name,
            variables=typical_values(checked, self._page_size),
            max_tokens=self._max_tokens,
            any_value=frozenset(_usage(checked.document).compared & declared),
        )

    async def _trouble(
        self, step: StepReport, statement: StatementReport, table: QualifiedName
    ) -> Trouble | None:
        if table not in self._catalog.tables:
            # A partition: the catalogue has what it is a part of, as has what is asked.
            table = getattr(statement.asked, "table", None) or table
        rows = await self._rows(table)
        if rows < self._large_rows:
            return None
        message = f"{step.field} reads all of {table.schema}.{table.name} ({rows:,} rows)"
        advice = advised_index(statement.asked, table)
        known = self._catalog.tables.get(table)
        if advice is None:
            return Trouble("plan", f"{message}, which no index would help")
        if known is not None and advice.is_there(known):
            return Trouble("plan", f"{message}, although there is an index on {', '.join(advice.columns)}")
        return Trouble("plan", message, advice.statement)

    async def _rows(self, table: QualifiedName) -> int:
        """How many rows the planner thinks that a table has."""
        if table not in self._sizes:
            try:
                [record] = await self._database.fetch(EstimateRead(table, AllOf(())), {})
                self._sizes[table] = expected_rows(record[0])
            except (RequestError, KeyError):
                self._sizes[table] = 0  # it is not served, and so nobody's
        return self._sizes[table]


@dataclass(frozen=True, slots=True)
class _Usage:
    """What variables are used for: sizes of pages, to skip, to compare with."""

    sizes: set[str]
    skips: set[str]
    compared: set[str]


def _usage(document: DocumentNode) -> _Usage:
    usage = _Usage(set(), set(), set())

    class Look(Visitor):
        def enter_argument(self, node: ArgumentNode, *_: object) -> None:
            if isinstance(node.value, VariableNode) and node.name.value == "first":
                usage.sizes.add(node.value.name.value)

        def enter_directive(self, node: Any, *_: object) -> None:
            if node.name.value == "skip":
                usage.skips.update(_variables(node))

        def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
            usage.compared.update(_variables(node))

    visit(document, Look())
    return usage


def _variables(node: Node) -> set[str]:
    names: set[str] = set()

    class Collect(Visitor):
        def enter_variable(self, found: VariableNode, *_: object) -> None:
            names.add(found.name.value)

    visit(node, Collect())
    return names


def _line(error: GraphQLError) -> str:
    where = error.locations[0] if error.locations else None
    return error.message if where is None else f"{where.line}:{where.column}: {error.message}"
