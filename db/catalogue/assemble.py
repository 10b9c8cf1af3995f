"""Rows of the catalogue statements → the parts of a `Catalog`. Pure: no I/O.

PostgreSQL's object ids end here: they join rows of different statements and appear in no result.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.catalogue.model import (
    Argument,
    ArgumentMode,
    Column,
    ForeignKey,
    Function,
    Generated,
    Identity,
    Index,
    QualifiedName,
    RelationKind,
    Rule,
    Sorting,
    Table,
    UniqueKey,
    Volatility,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import asyncpg

    from db.catalogue.model import PgType

_RELATION_KINDS = {
    "r": RelationKind.TABLE,
    "p": RelationKind.PARTITIONED_TABLE,
    "v": RelationKind.VIEW,
    "m": RelationKind.MATERIALIZED_VIEW,
    "f": RelationKind.FOREIGN_TABLE,
}
_IDENTITIES = {"a": Identity.ALWAYS, "d": Identity.BY_DEFAULT}
_GENERATED = {"s": Generated.STORED, "v": Generated.VIRTUAL}
_VOLATILITIES = {"i": Volatility.IMMUTABLE, "s": Volatility.STABLE, "v": Volatility.VOLATILE}
_ARGUMENT_MODES = {
    "i": ArgumentMode.IN,
    "o": ArgumentMode.OUT,
    "b": ArgumentMode.INOUT,
    "v": ArgumentMode.VARIADIC,
    "t": ArgumentMode.TABLE,
}
_INPUTS = frozenset({ArgumentMode.IN, ArgumentMode.INOUT, ArgumentMode.VARIADIC})


@dataclass(frozen=True, slots=True)
class RelationRows:
    """Rows of the catalogue statements about the same relations: `Statements`' own, and those of `RULES`."""

    relations: Sequence[asyncpg.Record]
    columns: Iterable[asyncpg.Record]
    indexes: Iterable[asyncpg.Record]
    foreign_keys: Iterable[asyncpg.Record]
    rules: Iterable[asyncpg.Record]


def tables(rows: RelationRows, types: Mapping[int, PgType]) -> dict[QualifiedName, Table]:
    """The tables, by name; `types` has every type of their columns, by object id."""
    names = {row["oid"]: QualifiedName(row["schema"], row["name"]) for row in rows.relations}
    parents = {row["oid"] for row in rows.relations if row["has_children"]}

    columns_of: defaultdict[int, list[Column]] = defaultdict(list)
    for row in rows.columns:
        columns_of[row["relation"]].append(_column(row, types[row["type"]]))
    # By attribute number, as keys and indexes name their columns; 0 stands for an expression.
    column_names = {
        relation: {column.position: column.name for column in its_columns}
        for relation, its_columns in columns_of.items()
    }

    indexes_of: defaultdict[int, list[Index]] = defaultdict(list)
    unique_keys_of: defaultdict[int, list[UniqueKey]] = defaultdict(list)
    primary_key_of: dict[int, UniqueKey] = {}
    for row in sorted(rows.indexes, key=lambda row: row["name"]):
        relation = row["relation"]
        indexes_of[relation].append(_index(row, column_names[relation]))
        if row["is_key"]:
            key = _unique_key(row, column_names[relation])
            if row["is_primary"]:
                primary_key_of[relation] = key
            else:
                unique_keys_of[relation].append(key)

    foreign_keys_of: defaultdict[int, list[ForeignKey]] = defaultdict(list)
    for row in sorted(rows.foreign_keys, key=lambda row: row["name"]):
        relation, target = row["relation"], row["target"]
        foreign_keys_of[relation].append(
            ForeignKey(
                name=row["name"],
                columns=tuple(column_names[relation][number] for number in row["columns"]),
                target=names[target],
                target_columns=tuple(column_names[target][number] for number in row["target_columns"]),
                # A foreign key binds the rows of its own table, not those of tables that inherit from it.
                enforced=row["is_enforced"] and relation not in parents,
                deferrable=row["is_deferrable"],
                comment=row["comment"],
            )
        )

    rules_of: defaultdict[int, list[Rule]] = defaultdict(list)
    for row in sorted(rows.rules, key=lambda row: row["name"]):
        relation = row["relation"]
        named = tuple(column_names[relation][n] for n in row["columns"] or () if n in column_names[relation])
        rules_of[relation].append(Rule(row["name"], named, row["comment"]))

    return {
        names[oid]: Table(
            name=names[oid],
            kind=_RELATION_KINDS[row["kind"]],
            columns=tuple(columns_of[oid]),
            primary_key=primary_key_of.get(oid),
            unique_keys=tuple(unique_keys_of[oid]),
            foreign_keys=tuple(foreign_keys_of[oid]),
            rules=tuple(rules_of[oid]),
            indexes=tuple(indexes_of[oid]),
            comment=row["comment"],
            row_estimate=row["row_estimate"],
            row_security=row["row_security"],
            security_invoker=row["security_invoker"],
            has_children=row["has_children"],
            selectable=row["selectable"],
            insertable=row["insertable"],
            updatable=row["updatable"],
            deletable=row["deletable"],
        )
        for row in rows.relations
        for oid in [row["oid"]]
    }


def functions(rows: Iterable[asyncpg.Record], types: Mapping[int, PgType]) -> tuple[Function, ...]:
    """The functions.

    Args:
        rows: Rows of `Statements.functions`.
        types: Every type of their arguments and results, by object id.
    """
    return tuple(
        Function(
            name=QualifiedName(row["schema"], row["name"]),
            arguments=_arguments(row, types),
            returns=types[row["returns"]].name,
            returns_set=row["returns_set"],
            volatility=_VOLATILITIES[row["volatility"]],
            strict=row["strict"],
            comment=row["comment"],
        )
        for row in rows
    )


def _column(row: asyncpg.Record, column_type: PgType) -> Column:
    return Column(
        name=row["name"],
        type=column_type.name,
        position=row["position"],
        nullable=not (row["not_null"] or (row["enforces_domains"] and column_type.not_null)),
        has_default=row["has_default"],
        identity=_IDENTITIES.get(row["identity"]),
        generated=_GENERATED.get(row["generated"]),
        expression=row["expression"],
        comment=row["comment"],
        selectable=row["selectable"],
        insertable=row["insertable"],
        updatable=row["updatable"],
        collation=_collation(row),
    )


def _collation(row: asyncpg.Record) -> QualifiedName | None:
    name = row["collation_name"]
    return None if name is None else QualifiedName(row["collation_schema"], name)


_DESC, _NULLS_FIRST = 1, 2  # of pg_index.indoption


def _index(row: asyncpg.Record, column_names: Mapping[int, str]) -> Index:
    return Index(
        name=row["name"],
        columns=tuple(column_names.get(number) for number in row["columns"]),
        sortings=tuple(
            Sorting(bool(option & _DESC), bool(option & _NULLS_FIRST)) for option in row["sortings"]
        ),
        method=row["method"],
        unique=row["is_unique"],
        predicate=row["predicate"],
        definition=row["definition"],
    )


def _unique_key(row: asyncpg.Record, column_names: Mapping[int, str]) -> UniqueKey:
    return UniqueKey(
        name=row["name"],
        columns=tuple(column_names[number] for number in row["columns"]),
        nulls_distinct=row["nulls_distinct"],
        immediate=row["is_immediate"],
        comment=row["comment"],
    )


def _arguments(row: asyncpg.Record, types: Mapping[int, PgType]) -> tuple[Argument, ...]:
    oids = row["argument_types"]
    modes = [_ARGUMENT_MODES[mode] for mode in row["argument_modes"] or "i" * len(oids)]
    names = row["argument_names"] or [""] * len(oids)
    inputs = [place for place, mode in enumerate(modes) if mode in _INPUTS]
    # Only the last inputs can have defaults, so that PostgreSQL keeps their number.
    defaulted = set(inputs[len(inputs) - row["defaults"] :])
    return tuple(
        Argument(
            name=name or None,
            type=types[oid].name,
            mode=mode,
            has_default=place in defaulted,
        )
        for place, (name, oid, mode) in enumerate(zip(names, oids, modes, strict=True))
    )
