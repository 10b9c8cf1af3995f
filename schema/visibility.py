"""From the catalogue and what is set for its objects to the catalogue that is served. Pure.

Whatever follows (names, types, plans) sees hidden tables no more, and knows of hidden columns and foreign
keys only that they are hidden: relations, junctions and orders still go by their columns.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from core.errors import StartupError
from db.catalogue.model import TypeKind
from resolvers.bindings import CacheControl, CacheScope, PageLimits
from schema.comment_tags import read_comment
from schema.functions import function_path
from schema.object_options import KEYS, ObjectKind, ObjectOptions
from schema.patterns import Patterns
from schema.row_types import hide_attributes, hide_columns_of_hidden_types
from schema.row_versions import VersionMark, version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from db.catalogue.model import (
        Catalog,
        Column,
        ForeignKey,
        Function,
        Index,
        PgType,
        QualifiedName,
        Rule,
        Table,
        UniqueKey,
    )
    from schema.options import SchemaOptions

_NAMED_KINDS = {TypeKind.ENUM, TypeKind.COMPOSITE, TypeKind.RANGE}
"""Types that are types of the schema, too."""

_NOTHING = ObjectOptions()
_Value = TypeVar("_Value")
_Constraint = TypeVar("_Constraint", "UniqueKey", "Rule")


@dataclass(frozen=True, slots=True)
class Served:
    """What is served of a database.

    Attributes:
        catalog: Without hidden tables and functions; hidden columns, attributes and foreign keys are marked,
            what is read-only is not writable, and comments are descriptions.
        names: GraphQL names that were set, by path (`schema.table`, `schema.table.column`,
            `schema.table.foreign_key`, `schema.function(type, type)`, `schema.type`).
        inverse_names: Names that were set for the other ends of foreign keys, by path.
        pages: How many rows pages of each table have.
        costs: Units that were set, by path; of tables, those of a row.
        caches: How long answers with rows of each table may be kept; without those of which nothing is said.
        named_constraints: Constraints that errors may name (see `Model.named_constraints`).
        warnings: One sentence for each setting without effect.
    """

    catalog: Catalog
    names: Mapping[str, str]
    inverse_names: Mapping[str, str]
    pages: Mapping[QualifiedName, PageLimits]
    costs: Mapping[str, int]
    caches: Mapping[QualifiedName, CacheControl]
    named_constraints: frozenset[tuple[str, str, str]] | None
    warnings: tuple[str, ...]


def served(catalog: Catalog, options: SchemaOptions) -> Served:
    """What is served of the database.

    Raises:
        StartupError: Something is set for an object that cannot have it.
    """
    return _Serving(catalog, options).make()


@dataclass(slots=True)
class _Serving:
    catalog: Catalog
    options: SchemaOptions
    patterns: Patterns = field(init=False)
    schemas: dict[str, ObjectOptions] = field(default_factory=dict)
    kinds: dict[str, set[ObjectKind]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    inverse_names: dict[str, str] = field(default_factory=dict)
    pages: dict[QualifiedName, PageLimits] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    caches: dict[QualifiedName, CacheControl] = field(default_factory=dict)
    tables: dict[QualifiedName, Table] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    marks: list[VersionMark] = field(default_factory=list)
    """Of the table at hand."""

    def __post_init__(self) -> None:
        self.patterns = Patterns.of(self.options.include, self.options.exclude)

    def make(self) -> Served:
        catalog = self.catalog
        for schema in sorted({*catalog.schemas, *(name.schema for name in catalog.tables)}):
            comment = catalog.schema_comments.get(schema)
            self.schemas[schema] = self._options(schema, ObjectKind.SCHEMA, comment)[1]
        for name in sorted(catalog.tables):
            self._add_table(catalog.tables[name])
        functions = [self._function(each) for each in sorted(catalog.functions, key=_function_order)]
        types = {name: self._type(catalog.types[name]) for name in sorted(catalog.types)}
        types = hide_attributes(types, catalog.tables, self.tables)
        tables = hide_columns_of_hidden_types(self.tables, types)
        self._check_paths()
        return Served(
            catalog=replace(
                catalog,
                tables=tables,
                types=types,
                functions=tuple(function for function in functions if function is not None),
            ),
            names=self.names,
            inverse_names=self.inverse_names,
            pages=self.pages,
            costs=self.costs,
            caches=self.caches,
            named_constraints=_named_constraints(catalog, tables, others_see_more=self.options.lenient),
            warnings=tuple(self._idle() + self.warnings),
        )

    def _options(
        self, path: str, kind: ObjectKind, comment: str | None, shared: str | None = None
    ) -> tuple[str | None, ObjectOptions]:
        """The description of an object, and what is set for it: settings go before its comment.

        `shared` is a path that it has together with others; its own goes before it.
        """
        paths = [path] if shared is None else [shared, path]
        for each in paths:
            self.kinds.setdefault(each, set()).add(kind)
        text, options, warnings = read_comment(comment, kind)
        shown = json.dumps(path, ensure_ascii=False)
        self.warnings.extend(f"{shown}: {warning}." for warning in warnings)
        for each in paths:
            if each in self.options.objects:
                options = self.options.objects[each].over(options, kind)
        if options.name is not None:
            self.names[path] = options.name
        if options.cost is not None:
            self.costs[path] = options.cost
        if options.inverse_name is not None:
            self.inverse_names[path] = options.inverse_name
        return (text if options.description is None else options.description or None), options

    def _add_table(self, table: Table) -> None:
        path = ".".join(table.name)
        comment, options = self._options(path, ObjectKind.TABLE, table.comment)
        around = self.schemas.get(table.name.schema, _NOTHING)
        self.marks.clear()
        columns = tuple(self._column(table, column) for column in table.columns)
        if self.marks:
            version = version_of(table, self.marks, self.catalog, self.warnings)
            columns = tuple(replace(c, version=True) if c.name == version else c for c in columns)
        made = replace(
            table,
            columns=columns,
            comment=comment,
            primary_key=table.primary_key and self._constraint(path, table.primary_key),
            unique_keys=tuple(self._constraint(path, key) for key in table.unique_keys),
            foreign_keys=tuple(self._foreign_key(path, key) for key in table.foreign_keys),
            rules=tuple(self._constraint(path, rule) for rule in table.rules),
        )
        if _first(options.read_only, around.read_only, default=False):
            made = replace(made, insertable=False, updatable=False, deletable=False)
        most = _first(options.max_page_size, around.max_page_size, default=self.options.max_page_size)
        size = _first(options.page_size, around.page_size, default=self.options.page_size)
        if around.cost is not None:
            self.costs.setdefault(path, around.cost)
        if self.patterns.serve(*table.name) and not _first(options.hidden, around.hidden, default=False):
            self.pages[table.name] = PageLimits(min(size, most), most)
            self.tables[table.name] = made
            scope = _first(options.cache_scope, around.cache_scope, default=None)
            seconds = _first(options.cache_seconds, around.cache_seconds, default=None)
            if scope is not None or seconds is not None:
                self.caches[table.name] = CacheControl(seconds, CacheScope(scope or CacheScope.PUBLIC))

    def _column(self, table: Table, column: Column) -> Column:
        path = f"{'.'.join(table.name)}.{column.name}"
        comment, options = self._options(path, ObjectKind.COLUMN, column.comment)
        served = self.patterns.serve(*table.name, column.name)
        hidden = bool(options.hidden) or not served
        if options.version:
            by_setting = path in self.options.objects and self.options.objects[path].version is not None
            self.marks.append(VersionMark(column, path, by_setting=by_setting, served=served))
        if comment == column.comment and not hidden and not options.read_only:
            return column  # most are as they are, and there are many
        return replace(
            column,
            comment=comment,
            hidden=hidden,
            insertable=column.insertable and not options.read_only,
            updatable=column.updatable and not options.read_only,
        )

    def _foreign_key(self, table: str, key: ForeignKey) -> ForeignKey:
        comment, options = self._options(f"{table}.{key.name}", ObjectKind.FOREIGN_KEY, key.comment)
        return replace(key, comment=comment, hidden=bool(options.hidden))

    def _constraint(self, table: str, constraint: _Constraint) -> _Constraint:
        comment = self._plain(f"{table}.{constraint.name}", ObjectKind.CONSTRAINT, constraint.comment)
        return replace(constraint, comment=comment)

    def _plain(self, path: str, kind: ObjectKind, comment: str | None) -> str | None:
        """The comment of what nothing can be set for, without tags."""
        text, _, warnings = read_comment(comment, kind)
        shown = json.dumps(path, ensure_ascii=False)
        self.warnings.extend(f"{shown}: {warning}." for warning in warnings)
        return text

    def _function(self, function: Function) -> Function | None:
        comment, options = self._options(
            function_path(function), ObjectKind.FUNCTION, function.comment, ".".join(function.name)
        )
        around = self.schemas.get(function.name.schema, _NOTHING)
        if _first(options.hidden, around.hidden, default=False) or not self.patterns.serve(*function.name):
            return None
        return replace(function, comment=comment)

    def _type(self, pg_type: PgType) -> PgType:
        if pg_type.kind not in _NAMED_KINDS or pg_type.name in self.catalog.tables:  # row types are apart
            return pg_type
        path = ".".join(pg_type.name)
        comment, _ = self._options(path, ObjectKind.TYPE, pg_type.comment)
        attributes = tuple(
            replace(each, comment=self._plain(f"{path}.{each.name}", ObjectKind.ATTRIBUTE, each.comment))
            for each in pg_type.attributes
        )
        return replace(pg_type, comment=comment, attributes=attributes)

    def _check_paths(self) -> None:
        for path, options in sorted(self.options.objects.items()):
            kinds = self.kinds.get(path)
            if kinds is None:
                continue
            settable = frozenset().union(*(KEYS[kind] for kind in kinds))
            for key in options.given():
                if key not in settable:
                    what = " and ".join(sorted(kinds))
                    raise StartupError(f"objects: {key} cannot be set for {path!r}, which is a {what}")

    def _idle(self) -> list[str]:
        """Warnings for settings that nothing meets."""
        tables = self.catalog.tables.values()
        paths: list[tuple[str, ...]] = [(*table.name, c.name) for table in tables for c in table.columns]
        paths += [function.name for function in self.catalog.functions]
        unknown = sorted(self.options.objects.keys() - self.kinds.keys())
        return [
            *(f"{setting}: nothing meets {pattern!r}." for setting, pattern in self.patterns.idle(paths)),
            *(f"objects: there is no {path!r}." for path in unknown),
        ]


def _function_order(function: Function) -> tuple[QualifiedName, tuple[QualifiedName, ...]]:
    return function.name, tuple(argument.type for argument in function.arguments)


def _first(*values: _Value | None, default: _Value) -> _Value:
    return next((value for value in values if value is not None), default)


def _named_constraints(
    catalog: Catalog, tables: Mapping[QualifiedName, Table], *, others_see_more: bool
) -> frozenset[tuple[str, str, str]] | None:
    """The constraints that say nothing of what is not shown; None where everything is.

    Where others may see more, tables that are not in the catalogue are not shown either.
    """
    hidden = {name: {c.name for c in table.columns if not c.is_shown} for name, table in tables.items()}
    if not others_see_more and len(tables) == len(catalog.tables) and not any(hidden.values()):
        return None
    return frozenset(
        (*name, constraint)
        for name, table in tables.items()
        for constraint in _open_constraints(table, hidden[name], tables)
    )


def _open_constraints(table: Table, hidden: set[str], tables: Mapping[QualifiedName, Table]) -> set[str]:
    """Names of the constraints and indexes of a table in which nothing that is not shown has a part."""
    constraints: Iterable[UniqueKey | ForeignKey | Rule | None] = (
        table.primary_key,
        *table.unique_keys,
        *(key for key in table.foreign_keys if key.target in tables),
        *table.rules,
    )
    names = {each.name for each in constraints if each is not None and hidden.isdisjoint(each.columns)}
    names |= {index.name for index in table.indexes}
    # Columns in expressions stand in the index alone, also where that is of a constraint.
    return names - {index.name for index in table.indexes if _is_over(index, hidden)}


def _is_over(index: Index, columns: set[str]) -> bool:
    return not columns.isdisjoint(index.columns) or any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", index.definition) for name in columns
    )
