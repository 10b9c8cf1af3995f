"""Names of object types and root fields: every relation gets three, unique in the whole schema. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schema import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import Catalog, QualifiedName, Table
    from schema.naming import Names


@dataclass(frozen=True, slots=True)
class RelationNames:
    """The names of one relation.

    Attributes:
        type: The object type (`InvoiceLine`).
        singular: The field that leads to one row (`invoiceLine`).
        plural: The field that leads to many rows (`invoiceLines`).
    """

    type: str
    singular: str
    plural: str


def relation_names(  # noqa: PLR0913 - the scopes that names are claimed in
    catalog: Catalog,
    tables: list[Table],
    *,
    types: Names,
    fields: Names,
    wishes: Mapping[str, str],
    warnings: list[str],
) -> dict[QualifiedName, RelationNames]:
    """Names for `tables`, claimed in `types` and in `fields` (of `Query`).

    Wishes come first. A relation of an earlier schema, then one with a plain singular name, takes the name it
    has by rule; others that would get the same one are told apart by their schema, and at last by a number.
    """
    names = {}
    for table in sorted(tables, key=lambda t: (".".join(t.name) not in wishes, _precedence(catalog, t))):
        path = ".".join(table.name)
        wish = wishes.get(path)
        candidates = [_candidate(table.name.name, ""), _candidate(table.name.name, table.name.schema)]
        if wish is not None:
            candidates.insert(0, _wished(wish))
        chosen = next((c for c in candidates if _is_free(c, types, fields)), candidates[-1])
        names[table.name] = RelationNames(
            types.claim(chosen.type), fields.claim(chosen.singular), fields.claim(chosen.plural)
        )
        wanted, made = candidates[0], names[table.name]
        if made != wanted:
            warnings.append(
                naming.warning(
                    path,
                    f"{wanted.type}, {wanted.singular} or {wanted.plural} is taken; it is {made.type}, "
                    f"{made.singular} and {made.plural}",
                )
            )
        elif wish is None and not naming.is_valid(table.name.name):
            warnings.append(naming.warning(path, f"it is no GraphQL name; it is {made.type}"))
    return names


def _precedence(catalog: Catalog, table: Table) -> tuple[int, int, bool, str, str]:
    schema, name = table.name
    rank = catalog.schemas.index(schema) if schema in catalog.schemas else len(catalog.schemas)
    return rank, naming.oddness(name), naming.pascal_case(name) != naming.type_name(name), name, schema


def _candidate(relation: str, schema: str) -> RelationNames:
    prefix = naming.camel_case(schema) if schema else ""
    singular, plural = naming.singular_field(relation), naming.plural_field(relation)
    if prefix:
        singular, plural = (prefix + naming.capitalised(field.lstrip("_")) for field in (singular, plural))
    if plural == singular:
        plural = f"{plural}List"
    type_prefix = naming.pascal_case(schema) if schema else ""
    name = naming.type_name(relation)
    return RelationNames(type_prefix + (name.lstrip("_") if type_prefix else name), singular, plural)


def _wished(name: str) -> RelationNames:
    singular = naming.uncapitalised(name)
    plural = naming.plural_field(name)
    return RelationNames(name, singular, plural if plural != singular else f"{plural}List")


def _is_free(names: RelationNames, types: Names, fields: Names) -> bool:
    return names.type not in types and names.singular not in fields and names.plural not in fields
