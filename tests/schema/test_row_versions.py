"""A column that is made the version of rows, and what is said where it cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import StartupError
from db.catalogue.model import Generated, QualifiedName, RelationKind
from db.query import XMIN
from resolvers.bindings import RowVersion
from schema.build import Schema, build_schema
from schema.object_options import read_options
from tests.support.catalogs import catalog, columns, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import Column
    from resolvers.bindings import TableType

COLUMNS = columns(
    id="int4!", name="text", revision="int4!", changed="timestamptz", place="point", tags="_text"
)
WITH_DEFAULT = {"revision"}


def built(
    tags: Mapping[str, str],
    objects: Mapping[str, Mapping[str, object]] | None = None,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    kind: RelationKind = RelationKind.TABLE,
    **options: Any,
) -> Schema:
    """The schema of one table, whose columns have comments, settings, and what else they are."""

    def made(column: Column) -> Column:
        its = {"comment": tags.get(column.name), "has_default": column.name in WITH_DEFAULT}
        return replace(column, **{**its, **(changes or {}).get(column.name, {})})

    key = "id" if kind is RelationKind.TABLE else None
    its_table = table("page", tuple(made(column) for column in COLUMNS), key=key, kind=kind)
    read = {f"public.page.{name}": read_options(its) for name, its in (objects or {}).items()}
    return build_schema(catalog(its_table), replace(OPTIONS, objects=read, **options))


def page(schema: Schema) -> TableType:
    return schema.model.by_table[QualifiedName("public", "page")]


@pytest.mark.parametrize("by", ["tag", "setting"])
def test_a_counting_column_is_raised_and_no_input(by: str) -> None:
    schema = built({"revision": "@version"}) if by == "tag" else built({}, {"revision": {"version": True}})
    assert page(schema).version == RowVersion("rowVersion", "revision", nullable=False, raised=True)
    assert schema.warnings == ()
    assert page(schema).columns.keys() >= {"revision"}
    assert not {"revision"} & {*page(schema).inserted, *page(schema).updated}
    assert "revision" not in schema.graphql.type_map["PageUpdateColumn"].values  # type: ignore[attr-defined]
    assert "rowVersion: String!" in schema.sdl


def test_another_column_is_the_databases_own_and_no_input() -> None:
    schema = built({"changed": "@version"})
    assert page(schema).version == RowVersion("rowVersion", "changed", nullable=True, raised=False)
    assert not {"changed"} & {*page(schema).inserted, *page(schema).updated}
    assert "rowVersion: String\n" in schema.sdl


@pytest.mark.parametrize(
    "change",
    [{"updatable": False}, {"generated": Generated.STORED}, {"comment": "@version\n@readOnly"}],
)
def test_what_may_not_be_written_is_not_raised(change: Mapping[str, Any]) -> None:
    version = page(built({"revision": "@version"}, changes={"revision": change})).version
    assert version == RowVersion("rowVersion", "revision", nullable=False, raised=False)


def test_a_view_has_the_version_that_it_is_given_alone() -> None:
    assert page(built({}, kind=RelationKind.VIEW)).version is None
    version = page(built({"revision": "@version"}, kind=RelationKind.VIEW)).version
    assert version == RowVersion("rowVersion", "revision", nullable=False, raised=True)


def test_a_hidden_column_is_a_version_all_the_same() -> None:
    schema = built({"revision": "@version\n@hidden"})
    assert page(schema).version == RowVersion("rowVersion", "revision", nullable=False, raised=True)
    assert "revision" not in schema.sdl


def test_a_setting_goes_before_a_tag() -> None:
    off = built({"revision": "@version"}, {"revision": {"version": False}})
    assert page(off).version == RowVersion("rowVersion", XMIN)
    assert "revision" in page(off).inserted
    other = built({"revision": "@version"}, {"changed": {"version": True}})
    assert page(other).version == RowVersion("rowVersion", "changed", nullable=True)
    assert other.warnings == (
        '"public.page.revision": the tag @version has no effect: "public.page.changed" is the version.',
    )


def test_a_renamed_column_is_a_version_under_the_usual_field() -> None:
    schema = built({"revision": "@version\n@name edition"})
    assert page(schema).version == RowVersion("rowVersion", "revision", nullable=False, raised=True)
    assert "edition" in page(schema).columns
    taken = built({"revision": "@version\n@name rowVersion"})
    assert page(taken).version == RowVersion("rowVersion2", "revision", nullable=False, raised=True)


CANNOT = {
    "place": "values of point cannot be compared as one",
    "tags": "values of _text cannot be compared as one",
    "id": "it is part of the primary key",
}


@pytest.mark.parametrize(("column", "why"), CANNOT.items())
def test_a_column_that_cannot_be_a_version(column: str, why: str) -> None:
    tagged = built({column: "@version"})
    assert page(tagged).version == RowVersion("rowVersion", XMIN)
    assert tagged.warnings == (f'"public.page.{column}": the tag @version has no effect: {why}.',)
    with pytest.raises(StartupError) as raised:
        built({}, {column: {"version": True}})
    assert str(raised.value) == f"objects: version cannot be set for 'public.page.{column}': {why}"


def test_a_table_has_one_version() -> None:
    tagged = built({"revision": "@version", "changed": "@version"})
    assert page(tagged).version == RowVersion("rowVersion", XMIN)
    assert tagged.warnings == tuple(
        f'"public.page.{name}": the tag @version has no effect: another column of the table has it, too.'
        for name in ("revision", "changed")
    )
    with pytest.raises(StartupError, match=r"version is set for '.*revision' and '.*changed'; a table has"):
        built({}, {"revision": {"version": True}, "changed": {"version": True}})


def test_a_column_that_is_not_served_is_no_version() -> None:
    excluded = built({"revision": "@version"}, exclude=["public.page.revision"])
    assert page(excluded).version == RowVersion("rowVersion", XMIN)
    assert excluded.warnings == (
        '"public.page.revision": the tag @version has no effect: the column is not served.',
    )
    ungranted = built({}, {"revision": {"version": True}}, {"revision": {"selectable": False}})
    assert page(ungranted).version == RowVersion("rowVersion", XMIN)
    assert ungranted.warnings == (
        '"public.page.revision": the setting version has no effect: the column may not be read.',
    )


def test_only_columns_can_be_versions() -> None:
    with pytest.raises(StartupError, match=r"version cannot be set for 'public.page', which is a table"):
        build_schema(
            catalog(table("page", COLUMNS, key="id")),
            replace(OPTIONS, objects={"public.page": read_options({"version": True})}),
        )
