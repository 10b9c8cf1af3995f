"""Which relations rows can be written by, together with the rows that they lead to. Pure.

Rows of a type with hooks are written by its own fields alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from resolvers.bindings import Holder, Link, ToOne

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from db.catalogue.model import QualifiedName
    from db.query import JunctionJoin
    from resolvers.bindings import Relation, TableType


def with_links(types: Mapping[QualifiedName, TableType]) -> dict[QualifiedName, TableType]:
    """The types with their links."""
    return {
        name: replace(
            table_type,
            links={
                field: link
                for field, relation in table_type.relations.items()
                if (link := _link(types, table_type, relation)) is not None
            },
        )
        for name, table_type in types.items()
    }


def has_key(table_type: TableType) -> bool:
    """Whether a row can be named."""
    return bool(table_type.keys) or table_type.id_columns is not None


def _link(types: Mapping[QualifiedName, TableType], here: TableType, relation: Relation) -> Link | None:
    there = types[relation.target]
    if relation.via.junction is not None and relation.via.junction.table not in types:
        return None
    if isinstance(relation, ToOne) and _is_reference(here, relation):
        link = _to_parent(here, there, relation)
    elif relation.via.junction is None:
        link = _to_children(there, relation)
    else:
        link = _through(types, there, relation, relation.via.junction)
    link = _without_hooks(link, types)
    return link if link.creates or link.connects else None


def _without_hooks(link: Link, types: Mapping[QualifiedName, TableType]) -> Link:
    """The link without what would write rows past the hooks of their type: these are called for fields."""
    there = types[link.relation.target].hooks is not None
    junction = link.relation.via.junction
    joins = junction is not None and types[junction.table].hooks is not None
    changes = joins or (there and link.holder is Holder.THERE)
    return replace(
        link, creates=link.creates and not there and not joins, connects=link.connects and not changes
    )


def _is_reference(here: TableType, relation: ToOne) -> bool:
    """Whether the foreign key is one of the rows that the relation leads from."""
    return any(
        (key.target, key.columns, key.target_columns)
        == (relation.target, relation.columns, relation.via.columns)
        for key in here.table.foreign_keys
    )


def _to_parent(here: TableType, there: TableType, relation: ToOne) -> Link:
    given = _can_give(here, relation.columns)
    return Link(
        relation,
        Holder.HERE,
        creates=given and bool(there.inserted),
        connects=given and has_key(there),
        clearable=(),
    )


def _to_children(there: TableType, relation: Relation) -> Link:
    columns = relation.via.columns
    changed = {binding.column for binding in there.updated.values()}
    return Link(
        relation,
        Holder.THERE,
        creates=_can_give(there, columns),
        connects=has_key(there) and changed.issuperset(columns),
        clearable=tuple(name for name in columns if there.table.column(name).nullable),
    )


def _through(
    types: Mapping[QualifiedName, TableType], there: TableType, relation: Relation, junction: JunctionJoin
) -> Link:
    between = types[junction.table]
    columns = (*relation.via.columns, *(name for name, _ in junction.pairs))
    needed = {c.name for c in between.table.columns if not c.nullable and not c.has_default}
    given = _can_give(between, columns) and needed.issubset(columns) and _is_immediate(between, columns)
    return Link(
        relation,
        Holder.JUNCTION,
        creates=given and bool(there.inserted),
        connects=given and has_key(there),
        clearable=columns if between.table.deletable else (),
    )


def _is_immediate(table_type: TableType, columns: Iterable[str]) -> bool:
    """Whether the database can leave out new rows with these columns that are there already."""
    table = table_type.table
    keys = [key for key in (table.primary_key, *table.unique_keys) if key is not None and key.immediate]
    return any(set(key.columns) == set(columns) for key in keys)


def _can_give(table_type: TableType, columns: Iterable[str]) -> bool:
    """Whether new rows can be given these columns."""
    return {binding.column for binding in table_type.inserted.values()}.issuperset(columns)
