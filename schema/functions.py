"""Which functions of a database become fields, where, and what they are called. Pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from db.catalogue.model import ArgumentMode, Attribute, PgType, QualifiedName, TypeKind, Volatility
from db.query import Via
from db.values import PG_CATALOG, CompositeShape, ListShape, shape_of
from resolvers.bindings import ArgumentBinding, FunctionBinding, FunctionMutation, ToMany, ToOne
from schema import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from db.catalogue.model import Argument, Catalog, Function, Table
    from db.values import Shape
    from resolvers.bindings import Relation, TableType
    from schema.naming import Names
    from schema.relation_names import RelationNames

VOID = QualifiedName(PG_CATALOG, "void")
RECORD = QualifiedName(PG_CATALOG, "record")
RESULT = "result"
"""Field of payloads: the value that a function gave."""

DRY_RUN = "dryRun"
WINDOW = ("first", "after", "last", "before", "offset", "filter", "orderBy")
"""The arguments that connections have."""

_INPUTS = frozenset({ArgumentMode.IN, ArgumentMode.INOUT, ArgumentMode.VARIADIC})
_COLUMNS = frozenset({ArgumentMode.OUT, ArgumentMode.INOUT, ArgumentMode.TABLE})


class Place(Enum):
    """Where a function is a field."""

    ROW = "row"
    QUERY = "query"
    MUTATION = "mutation"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function that becomes a field.

    Attributes:
        function: The function.
        place: Where.
        arguments: What it is given, with their shapes; not the row that it is called for.
        shape: What it gives: one value, or each of a set; None where it gives rows, or nothing.
        owner: The relation whose row it is called for.
        target: The relation whose rows it gives.
    """

    function: Function
    place: Place
    arguments: tuple[tuple[Argument, Shape], ...]
    shape: Shape | None
    owner: QualifiedName | None
    target: QualifiedName | None

    @property
    def path(self) -> str:
        """What settings call it."""
        return function_path(self.function)

    @property
    def is_connection(self) -> bool:
        """Whether it is a connection of rows."""
        return self.target is not None and self.function.returns_set and self.place is not Place.MUTATION


def function_path(function: Function) -> str:
    """What settings call a function: `schema.name(type, type)`, PostgreSQL's own types without a schema."""
    types = [a.type for a in function.arguments if a.mode in _INPUTS]
    given = ", ".join(t.name if t.schema == PG_CATALOG else ".".join(t) for t in types)
    return f"{'.'.join(function.name)}({given})"


_MUST_NOT_BE_READ = "it is given rows with columns that must not be read"
_NOTHING_IS_SERVED = "it has to do with rows of which nothing is served"
_LACKING = frozenset({_MUST_NOT_BE_READ, _NOTHING_IS_SERVED})
"""Why a function is left out for a role that may not read what others may."""


def candidates(
    catalog: Catalog, tables: Mapping[QualifiedName, Table], warnings: list[str], *, lenient: bool
) -> list[Candidate]:
    """The functions that become fields, in the order in which they take names.

    Args:
        catalog: Where they are from.
        tables: The relations that are served.
        warnings: Collects why functions are left out.
        lenient: Whether the catalogue is what some role may see: functions for more are left out silently.
    """
    made = []
    records: dict[QualifiedName, int] = {}
    for function in sorted(catalog.functions, key=lambda each: _precedence(catalog, each)):
        candidate = _candidate(catalog, tables, function, records)
        refusal = _refusal(candidate, tables)
        if refusal is None:
            made.append(candidate)
        elif not (lenient and refusal in _LACKING):
            warnings.append(f"{candidate.path}: {refusal}, and is left out.")
    return made


def _precedence(catalog: Catalog, function: Function) -> tuple[object, ...]:
    schema, name = function.name
    rank = catalog.schemas.index(schema) if schema in catalog.schemas else len(catalog.schemas)
    return rank, naming.oddness(name), name, len(function.arguments), function_path(function)


def _candidate(
    catalog: Catalog,
    tables: Mapping[QualifiedName, Table],
    function: Function,
    records: dict[QualifiedName, int],
) -> Candidate:
    inputs = [argument for argument in function.arguments if argument.mode in _INPUTS]
    owner = None
    place = Place.QUERY
    if function.volatility is Volatility.VOLATILE:
        place = Place.MUTATION
    elif inputs and inputs[0].mode is ArgumentMode.IN and inputs[0].type in tables:
        place = Place.ROW
        owner = inputs.pop(0).type
    target = function.returns if function.returns in tables else None
    gives_value = target is None and function.returns != VOID
    shape = _shape(catalog, function, records) if gives_value else None
    arguments = tuple((argument, shape_of(argument.type, catalog)) for argument in inputs)
    return Candidate(function, place, arguments, shape, owner, target)


def _refusal(candidate: Candidate, tables: Mapping[QualifiedName, Table]) -> str | None:
    """Why the function cannot become a field; None where it can."""
    function, shape = candidate.function, candidate.shape
    owner = None if candidate.owner is None else tables[candidate.owner]
    given = (shape for _, shape in candidate.arguments)
    reasons = {
        _MUST_NOT_BE_READ: (owner is not None and not all(column.selectable for column in owner.columns)),
        "it gives rows for a row that has no primary key": (
            owner is not None and owner.primary_key is None and candidate.target is not None
        ),
        "it gives nothing, though it is not VOLATILE": (
            function.returns == VOID and candidate.place is not Place.MUTATION
        ),
        "it gives records whose columns are not declared": function.returns == RECORD and shape is None,
        "it gives a set of arrays": isinstance(shape, ListShape) and function.returns_set,
        _NOTHING_IS_SERVED: not all(map(_is_shown, (shape, *given))),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _shape(catalog: Catalog, function: Function, records: dict[QualifiedName, int]) -> Shape | None:
    """What a function gives; None for records whose columns are not declared."""
    if function.returns != RECORD:
        return shape_of(function.returns, catalog)
    columns = [
        Attribute(argument.name or f"column{number}", argument.type)
        for number, argument in enumerate((a for a in function.arguments if a.mode in _COLUMNS), start=1)
    ]
    if not columns:
        return None
    number = records[function.name] = records.get(function.name, 0) + 1
    suffix = "row" if number == 1 else f"row{number}"
    name = QualifiedName(function.name.schema, f"{function.name.name} {suffix}")
    attributes = tuple((column.name, shape_of(column.type, catalog)) for column in columns)
    return CompositeShape(attributes, PgType(name, TypeKind.COMPOSITE, attributes=tuple(columns)))


def _is_shown(shape: Shape | None) -> bool:
    """Whether there is something to show of a value."""
    if isinstance(shape, ListShape):
        return _is_shown(shape.element)
    return not isinstance(shape, CompositeShape) or any(not each.hidden for each in shape.type.attributes)


def shapes(found: Iterable[Candidate]) -> Iterator[Shape]:
    """The shapes whose types need names: results, and what arguments are made of.

    Composites that are given only are named when their input is made.
    """
    for candidate in found:
        if candidate.shape is not None:
            yield candidate.shape
        for _, shape in candidate.arguments:
            yield from _parts(shape)


def _parts(shape: Shape) -> Iterator[Shape]:
    if isinstance(shape, ListShape):
        yield from _parts(shape.element)
    elif isinstance(shape, CompositeShape):
        for _, part in shape.attributes:
            yield from _parts(part)
    else:
        yield shape


@dataclass(frozen=True, slots=True)
class FunctionNames:
    """Gives functions their names.

    Attributes:
        found: The functions.
        tables: The relations that are served.
        wishes: Names that were set (see `Served.names`).
        costs: Units of a call that were set (see `Served.costs`).
        warnings: Collects what a name could not be.
    """

    found: list[Candidate]
    tables: Mapping[QualifiedName, Table]
    wishes: Mapping[str, str]
    costs: Mapping[str, int]
    warnings: list[str]

    def queries(self, fields: Names) -> dict[str, FunctionBinding]:
        """The functions that are fields of `Query`, claimed in `fields`."""
        chosen = [each for each in self.found if each.place is Place.QUERY]
        return self._claim(chosen, fields)

    def with_fields(self, types: Mapping[QualifiedName, TableType]) -> dict[QualifiedName, TableType]:
        """The types of relations with the functions of their rows."""
        by_owner: dict[QualifiedName, list[Candidate]] = {}
        for each in self.found:
            if each.owner is not None:
                by_owner.setdefault(each.owner, []).append(each)
        made = dict(types)
        for owner, chosen in by_owner.items():
            its = types[owner]
            version = () if its.version is None else (its.version.field,)
            fields = naming.Names(("id", *its.columns, *its.relations, *version))
            made[owner] = replace(its, functions=self._claim(chosen, fields))
        return made

    def mutations(
        self,
        types: Mapping[QualifiedName, TableType],
        names: Mapping[QualifiedName, RelationNames],
        taken: Names,
        fields: Names,
    ) -> dict[str, FunctionMutation]:
        """The functions that are fields of `Mutation`; names of their payloads are claimed in `taken`."""
        chosen = [each for each in self.found if each.place is Place.MUTATION]
        made = {}
        for field, binding in self._claim(chosen, fields).items():
            payload = taken.claim(f"{naming.capitalised(field.lstrip('_'))}Payload")
            shown = RESULT
            if binding.target is not None:
                of_rows = names[binding.target]
                shown = of_rows.plural if binding.function.returns_set else of_rows.singular
            table_type = None if binding.target is None else types[binding.target]
            made[field] = FunctionMutation(binding, table_type, payload, shown)
        return made

    def _claim(self, chosen: list[Candidate], fields: Names) -> dict[str, FunctionBinding]:
        made = {}
        for each in sorted(chosen, key=lambda each: each.path not in self.wishes):
            path = each.path
            own = naming.camel_case(each.function.name.name)
            plain = _without_owner(each)
            given = [argument.name or f"arg{n}" for n, (argument, _) in enumerate(each.arguments, start=1)]
            apart = f"{plain}By{naming.capitalised(naming.joined(given))}" if given else plain
            wishes = [*filter(None, [self.wishes.get(path)]), plain, own, apart]
            name = fields.claim(*dict.fromkeys(wishes))
            if name != wishes[0]:
                self.warnings.append(naming.warning(path, f"the field {wishes[0]} is taken; it is {name}"))
            elif path not in self.wishes and not naming.is_valid(each.function.name.name):
                self.warnings.append(naming.warning(path, f"it is no GraphQL name; the field is {name}"))
            made[name] = self._binding(each)
        return made

    def _binding(self, each: Candidate) -> FunctionBinding:
        reserved: tuple[str, ...] = (DRY_RUN,) if each.place is Place.MUTATION else ()
        names = naming.Names(WINDOW if each.is_connection else reserved)
        wishes = {
            str(n): naming.camel_case(argument.name) if argument.name else f"arg{n}"
            for n, (argument, _) in enumerate(each.arguments, start=1)
        }
        claimed = names.claim_each(wishes)
        arguments = {}
        for n, (argument, shape) in enumerate(each.arguments, start=1):
            name = claimed[str(n)]
            if name != wishes[str(n)]:
                self.warnings.append(f"{each.path}: the argument {wishes[str(n)]} is taken; it is {name}.")
            required = (
                each.function.strict
                and not argument.has_default
                and argument.mode is not ArgumentMode.VARIADIC
            )
            arguments[name] = ArgumentBinding(argument, shape, required)
        return FunctionBinding(
            each.function,
            arguments,
            each.shape,
            each.owner,
            self._relation(each),
            each.target,
            self.costs.get(each.path),
        )

    def _relation(self, each: Candidate) -> Relation | None:
        """How rows that a function of a row gives are found by the key of that row."""
        if each.owner is None or each.target is None:
            return None
        table = self.tables[each.owner]
        if table.primary_key is None:
            raise TypeError(f"{each.path} is given a row without a key")
        columns = table.primary_key.columns
        via = Via(columns, tuple(table.column(name).type for name in columns))
        if each.function.returns_set:
            return ToMany(each.target, columns, via)
        return ToOne(each.target, columns, via, required=False)


def _without_owner(each: Candidate) -> str:
    """The field of a function by its name, the name of the relation that it is of left out of it."""
    name = each.function.name.name
    if each.owner is not None:
        name = name.removeprefix(f"{each.owner.name}_") or name
    return naming.camel_case(name)
