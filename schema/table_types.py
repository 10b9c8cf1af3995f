"""From catalogue and names to the model that resolvers plan with. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from db.catalogue.model import Identity, RelationKind
from db.catalogue.text_search import searched
from db.query import XMIN, JunctionJoin, Via
from db.values import CompositeShape, ListShape, ScalarKind, ScalarShape, shape_of, to_json
from resolvers.bindings import ColumnBinding, KeyBinding, RowVersion, TableType, ToMany, ToOne
from schema import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from db.catalogue.model import Column, ForeignKey, QualifiedName, Table, UniqueKey
    from db.values import Shape
    from resolvers.bindings import Relation
    from schema.naming import Names
    from schema.relation_names import RelationNames
    from schema.visibility import Served

CONNECTIVES = ("and", "or", "not")
ROW_VERSION = "rowVersion"
_COUNTED = {ScalarKind.INT, ScalarKind.BIGINT, ScalarKind.DECIMAL}
"""Kinds of version columns that count how often a row was written."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """A foreign key seen from both ends."""

    source: Table
    key: ForeignKey
    unique: bool


@dataclass(slots=True)
class References:
    """Foreign keys between the relations of a schema, by either end."""

    outgoing: dict[QualifiedName, list[_Reference]] = field(default_factory=dict)
    incoming: dict[QualifiedName, list[_Reference]] = field(default_factory=dict)
    junctions: dict[QualifiedName, list[tuple[_Reference, _Reference]]] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: Mapping[QualifiedName, Table]) -> References:
        """The foreign keys among `tables`, each only once, in a fixed order."""
        references = cls()
        for name in sorted(tables):
            table = tables[name]
            keys: dict[object, ForeignKey] = {}
            for key in sorted(table.foreign_keys, key=lambda key: key.name):
                if key.target in tables and _can_be_followed(table, tables[key.target], key):
                    pairs = frozenset(zip(key.columns, key.target_columns, strict=True))
                    keys.setdefault((key.target, pairs), key)
            for key in sorted(keys.values(), key=lambda key: (key.columns, key.name)):
                reference = _Reference(table, key, _is_unique(table, key))
                references.outgoing.setdefault(name, []).append(reference)
                references.incoming.setdefault(key.target, []).append(reference)
            references._add_junction(table)
        return references

    def _add_junction(self, table: Table) -> None:
        """A table that only joins two others: its two foreign keys make up one of its keys."""
        outgoing = self.outgoing.get(table.name, [])
        if len(outgoing) != 2:  # noqa: PLR2004 - two ends
            return
        one, other = outgoing
        columns = [*one.key.columns, *other.key.columns]
        keys = [] if table.has_children else [key.columns for key in _keys_of(table)]
        if len(set(columns)) == len(columns) and any(set(key) == set(columns) for key in keys):
            self.junctions.setdefault(one.key.target, []).append((one, other))
            self.junctions.setdefault(other.key.target, []).append((other, one))


def _can_be_followed(table: Table, target: Table, key: ForeignKey) -> bool:
    return (
        not key.hidden
        and all(table.column(name).selectable for name in key.columns)
        and all(target.column(name).selectable for name in key.target_columns)
    )


def _path(reference: _Reference) -> str:
    return f"{'.'.join(reference.source.name)}.{reference.key.name}"


def _with_columns(base: str, reference: _Reference) -> list[str]:
    """A relation's name with its columns at the end; none where one of them is hidden."""
    columns = reference.key.columns
    if any(reference.source.column(name).hidden for name in columns):
        return []
    return [base + naming.capitalised(naming.joined(columns))]


def _own_columns(junction: tuple[_Reference, _Reference]) -> int:
    near, far = junction
    return len(near.source.columns) - len({*near.key.columns, *far.key.columns})


def _keys_of(table: Table) -> Iterable[UniqueKey]:
    if table.primary_key is not None:
        yield table.primary_key
    yield from table.unique_keys


def _is_unique(table: Table, key: ForeignKey) -> bool:
    """Whether at most one row has the same reference; keys do not hold for rows of inheriting tables."""
    return not table.has_children and any(
        set(unique.columns) <= set(key.columns) for unique in _keys_of(table)
    )


@dataclass(frozen=True, slots=True)
class TableTypeBuilder:
    """Makes the `TableType` of each relation of a schema.

    Attributes:
        served: The catalogue that the relations are from, and what is set for its objects.
        names: The relations of the schema, with their names.
        references: Foreign keys between them.
        types: Type names that are taken.
        warnings: Collects what a name could not be.
    """

    served: Served
    names: Mapping[QualifiedName, RelationNames]
    references: References
    types: Names
    warnings: list[str]

    def build(self, table: Table) -> TableType:
        """The object type of a relation with all its fields."""
        fields = naming.Names({"id"})
        columns = self._columns(table, fields)
        costs: dict[str, int] = {}
        relations = self._relations(table, fields, costs)
        by_column = {binding.column: name for name, binding in columns.items()}
        filter_names = naming.Names(CONNECTIVES)
        name = self.names[table.name].type
        return TableType(
            name=name,
            connection_name=self.types.claim(f"{name}Connection"),
            edge_name=self.types.claim(f"{name}Edge"),
            filter_name=self.types.claim(f"{name}Filter"),
            related_filter_name=self.types.claim(f"{name}RelatedFilter"),
            order_name=self.types.claim(f"{name}OrderBy"),
            key_name=self.types.claim(f"{name}Key"),
            table=table,
            columns=columns,
            shapes={c.name: shape_of(c.type, self.served.catalog) for c in table.columns if c.selectable},
            pages=self.served.pages[table.name],
            relations=relations,
            filters={filter_names.claim(field): each for field, each in (columns | relations).items()},
            orders={n: binding for n, binding in columns.items() if binding.shape.type.orderable},
            keys=_key_bindings(table, columns, by_column, self.warnings),
            id_columns=_id_columns(table, by_column),
            version=self._version(table, fields),
            inserted=_inserted(table, columns),
            updated=_updated(table, columns),
            cost=self.served.costs.get(".".join(table.name), 1),
            field_costs=self._column_costs(table, columns) | costs,
            cache=self.served.caches.get(table.name),
        )

    def _version(self, table: Table, fields: Names) -> RowVersion | None:
        """The version of rows that can be changed: a column, or the transaction that wrote them."""
        if not (table.updatable or table.deletable):
            return None
        if (column := table.version) is not None:
            shape = shape_of(column.type, self.served.catalog)
            counts = isinstance(shape, ScalarShape) and shape.kind in _COUNTED
            raised = counts and table.updatable and _is_writable(column)
            return RowVersion(fields.claim(ROW_VERSION), column.name, column.nullable, raised)
        is_table = table.kind in {RelationKind.TABLE, RelationKind.PARTITIONED_TABLE}
        if is_table and table.selectable and table.primary_key is not None:
            return RowVersion(fields.claim(ROW_VERSION), XMIN)
        return None

    def _columns(self, table: Table, fields: Names) -> dict[str, ColumnBinding]:
        """Columns by field name, in the order of the table; plain names are given away first."""
        visible = sorted((c for c in table.columns if c.is_shown), key=lambda column: column.position)
        paths = {column.name: f"{'.'.join(table.name)}.{column.name}" for column in visible}
        in_order = sorted(visible, key=lambda c: (paths[c.name] not in self.served.names, _precedence(c)))
        wishes = {c.name: self.served.names.get(paths[c.name]) or _wish(c) for c in in_order}
        claimed = fields.claim_each(wishes)
        for name, wish in wishes.items():
            if claimed[name] != wish:
                self._warn(paths[name], f"the field {wish} is taken; it is {claimed[name]}")
            elif paths[name] not in self.served.names and not naming.is_valid(name):
                self._warn(paths[name], f"it is no GraphQL name; the field is {wish}")
        made = {}
        for column in visible:
            shape = shape_of(column.type, self.served.catalog)
            made[claimed[column.name]] = ColumnBinding(
                column.name, shape, to_json(shape), searched(table, column)
            )
        return made

    def _warn(self, path: str, what: str, key: str = "name") -> None:
        self.warnings.append(naming.warning(path, what, key))

    def _column_costs(self, table: Table, columns: Mapping[str, ColumnBinding]) -> dict[str, int]:
        paths = {name: f"{'.'.join(table.name)}.{binding.column}" for name, binding in columns.items()}
        return {name: self.served.costs[path] for name, path in paths.items() if path in self.served.costs}

    def _relations(self, table: Table, fields: Names, costs: dict[str, int]) -> dict[str, Relation]:
        """The fields that lead to rows; adds what is set for their foreign keys to the costs."""
        relations: dict[str, Relation] = {}

        def weigh(name: str, *references: _Reference) -> None:
            paths = map(_path, references)
            found = [self.served.costs[path] for path in paths if path in self.served.costs]
            if found:
                costs[name] = max(found)

        for reference in self.references.outgoing.get(table.name, ()):
            name = self._claim_relation(fields, reference, *self._to_one_wishes(reference))
            relations[name] = self._to_one(reference)
            weigh(name, reference)
        incoming = self.references.incoming.get(table.name, ())
        for reference in incoming:
            siblings = [other for other in incoming if other.source.name == reference.source.name]
            wishes = self._incoming_wishes(reference, alone=len(siblings) == 1)
            if (inverse := self.served.inverse_names.get(_path(reference))) is not None:
                wishes.insert(0, inverse)
            name = fields.claim(*wishes)
            if name not in wishes:
                what = f"the field {wishes[0]} of {'.'.join(table.name)} is taken; it is {name}"
                self._warn(_path(reference), what, "inverse_name")
            relations[name] = self._from(reference)
            weigh(name, reference)
        # What does nothing but join takes the plain name before what has columns of its own.
        for near, far in sorted(self.references.junctions.get(table.name, ()), key=_own_columns):
            wishes = self._junction_wishes(near, far)
            name = fields.claim(*wishes)
            if name not in wishes:
                here, there = ".".join(table.name), _path(near)
                self.warnings.append(f"{here} from {there}: the field {wishes[0]} is taken; it is {name}.")
            relations[name] = self._through(near, far)
            weigh(name, near, far)
        return relations

    def _claim_relation(self, fields: Names, reference: _Reference, *wishes: str) -> str:
        path = _path(reference)
        if path in self.served.names:
            wishes = (self.served.names[path], *wishes)
        name = fields.claim(*wishes)
        if name not in wishes:
            self._warn(path, f"the field {wishes[0]} is taken; it is {name}")
        return name

    def _to_one_wishes(self, reference: _Reference) -> list[str]:
        key = reference.key
        target = self.names[key.target].singular
        by_columns = _with_columns(f"{target}By", reference)
        named = naming.reference_field(key.columns[0]) if len(key.columns) == 1 else None
        return (by_columns or [target]) if named is None else [named, *by_columns]

    def _incoming_wishes(self, reference: _Reference, *, alone: bool) -> list[str]:
        names = self.names[reference.source.name]
        base = names.singular if reference.unique else names.plural
        by_columns = _with_columns(f"{base}By", reference)
        return [base, *by_columns] if alone else by_columns or [base]

    def _junction_wishes(self, near: _Reference, far: _Reference) -> list[str]:
        plural = self.names[far.key.target].plural
        by_junction = f"{plural}By{self.names[far.source.name].type}"
        by_columns = _with_columns(by_junction, far)
        if near.key.target == far.key.target:  # both directions would be the same
            return by_columns or [by_junction]
        return [plural, by_junction, *by_columns]

    def _to_one(self, reference: _Reference) -> ToOne:
        key, source = reference.key, reference.source
        target = self.served.catalog.tables[key.target]
        required = (
            key.enforced
            and not target.row_security
            and not any(source.column(name).nullable for name in key.columns)
        )
        via = Via(key.target_columns, _types_of(source, key.columns))
        return ToOne(key.target, key.columns, via, required)

    def _from(self, reference: _Reference) -> Relation:
        key, source = reference.key, reference.source
        via = Via(key.columns, _types_of(self.served.catalog.tables[key.target], key.target_columns))
        if reference.unique:
            return ToOne(source.name, key.target_columns, via, required=False)
        return ToMany(source.name, key.target_columns, via)

    def _through(self, near: _Reference, far: _Reference) -> ToMany:
        here = self.served.catalog.tables[near.key.target]
        pairs = tuple(zip(far.key.columns, far.key.target_columns, strict=True))
        junction = JunctionJoin(far.source.name, pairs)
        via = Via(near.key.columns, _types_of(here, near.key.target_columns), junction)
        return ToMany(far.key.target, near.key.target_columns, via)


def _types_of(table: Table, columns: Sequence[str]) -> tuple[QualifiedName, ...]:
    return tuple(table.column(name).type for name in columns)


def _precedence(column: Column) -> tuple[bool, int, str]:
    return _wish(column) != column.name, naming.oddness(column.name), column.name


def _wish(column: Column) -> str:
    name = naming.camel_case(column.name)
    return "rowId" if name == "id" else name


def _id_columns(table: Table, by_column: Mapping[str, str]) -> tuple[str, ...] | None:
    key = table.primary_key
    return key.columns if key is not None and all(name in by_column for name in key.columns) else None


def _key_bindings(
    table: Table, columns: Mapping[str, ColumnBinding], by_column: Mapping[str, str], warnings: list[str]
) -> dict[str, KeyBinding]:
    """Ways to name a row: single columns by their field, several as an object named by their fields."""
    bindings: dict[str, KeyBinding] = {}
    names = naming.Names(("id",))
    seen = set()
    in_order = sorted(
        _keys_of(table),
        key=lambda key: (key is not table.primary_key, len(key.columns), key.columns, key.name),
    )
    for key in in_order:
        parts = tuple((by_column[column], column) for column in key.columns if column in by_column)
        if key.columns in seen or len(parts) != len(key.columns):
            continue
        if all(_is_key(columns[name].shape) for name, _ in parts):
            seen.add(key.columns)
            joined = naming.joined_fields([field_name for field_name, _ in parts])
            name = names.claim(joined)
            immediate = any(each.immediate for each in in_order if each.columns == key.columns)
            bindings[name] = KeyBinding(parts, nested=len(parts) > 1, immediate=immediate)
            if name != joined:
                path = f"{'.'.join(table.name)}.{key.name}"
                warnings.append(f"{path}: the key {joined} is taken; it is {name}.")
    return bindings


def _inserted(table: Table, columns: Mapping[str, ColumnBinding]) -> dict[str, ColumnBinding]:
    """What new rows can be given; nothing where that would not be enough."""
    made = {
        name: binding
        for name, binding in columns.items()
        if (column := table.column(binding.column)).insertable
        and not column.version
        and column.generated is None
        and column.identity is not Identity.ALWAYS
        and _is_input(binding.shape)
    }
    given = {binding.column for binding in made.values()}
    lacking = [c for c in table.columns if not c.nullable and not c.has_default and c.name not in given]
    return made if table.insertable and not lacking else {}


def _updated(table: Table, columns: Mapping[str, ColumnBinding]) -> dict[str, ColumnBinding]:
    return {
        name: binding
        for name, binding in columns.items()
        if table.updatable
        and _is_writable(column := table.column(binding.column))
        and not column.version
        and _is_input(binding.shape)
    }


def _is_writable(column: Column) -> bool:
    """Whether updates can set the column."""
    return column.updatable and column.generated is None and column.identity is not Identity.ALWAYS


def _is_input(shape: Shape) -> bool:
    """Whether values of the shape can be given as a column's."""
    if isinstance(shape, ListShape):
        return _is_input(shape.element)
    return not isinstance(shape, CompositeShape) or all(_is_input(part) for _, part in shape.attributes)


def _is_key(shape: object) -> bool:
    return isinstance(shape, ScalarShape) and shape.kind is not ScalarKind.JSON
