"""Row types of tables, as columns have them, without what the tables hide. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from db.catalogue.model import TypeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import PgType, QualifiedName, Table


def hide_attributes(
    types: Mapping[QualifiedName, PgType],
    tables: Mapping[QualifiedName, Table],
    served: Mapping[QualifiedName, Table],
) -> dict[QualifiedName, PgType]:
    """The types; attributes of row types are hidden, and described, as the columns of their tables.

    Args:
        types: All types.
        tables: All tables, by the name that their row types have, too.
        served: Those of them that are served, hidden columns marked.
    """
    made = dict(types)
    for name in types.keys() & tables.keys():
        columns = {column.name: column for column in served[name].columns} if name in served else {}
        attributes = tuple(
            replace(
                attribute,
                hidden=attribute.name not in columns or columns[attribute.name].hidden,
                comment=columns[attribute.name].comment if attribute.name in columns else None,
            )
            for attribute in types[name].attributes
        )
        comment = served[name].comment if name in served else None
        made[name] = replace(types[name], attributes=attributes, comment=comment)
    # What has nothing left to show is hidden where it is a part of others.
    composites = [name for name, pg_type in made.items() if pg_type.kind is TypeKind.COMPOSITE]
    changed = any(_is_hidden(name, made) for name in composites)
    while changed:
        changed = False
        for name in composites:
            attributes = tuple(
                replace(each, hidden=each.hidden or _is_hidden(each.type, made))
                for each in made[name].attributes
            )
            if attributes != made[name].attributes:
                made[name] = replace(made[name], attributes=attributes)
                changed = True
    return made


def hide_columns_of_hidden_types(
    tables: Mapping[QualifiedName, Table], types: Mapping[QualifiedName, PgType]
) -> dict[QualifiedName, Table]:
    """The tables, without the columns whose values have nothing left to show."""
    hidden = {name for name in types if _is_hidden(name, types)}
    made = dict(tables)
    for name, table in tables.items():
        if any(column.type in hidden for column in table.columns):
            columns = (replace(each, hidden=each.hidden or each.type in hidden) for each in table.columns)
            made[name] = replace(table, columns=tuple(columns))
    return made


def _is_hidden(name: QualifiedName, types: Mapping[QualifiedName, PgType]) -> bool:
    """Whether all that the values of a type consist of is hidden."""
    pg_type = types[name]
    within = pg_type.base or pg_type.element
    if within is not None:
        return _is_hidden(within, types)
    return bool(pg_type.attributes) and all(attribute.hidden for attribute in pg_type.attributes)
