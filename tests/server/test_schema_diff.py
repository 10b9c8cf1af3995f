from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from core.errors import StartupError
from db import change_trigger
from server.cli import main
from server.schema_diff import SchemaDiff, diff_schemas

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

OLD = """
type Query { album(id: ID!): Album, albums: [Album!]!, total: Int }
type Album { "Its name." title: String!, price: Int, kind: Kind }
enum Kind { LIVE STUDIO }
input AlbumFilter { title: String }
"""
BREAKING = {
    "a field is removed": ("price: Int,", "", "Field Album.price was removed."),
    "a field may be null": ("title: String!", "title: String", "Field Album.title changed type"),
    "a type is removed": ("input AlbumFilter { title: String }", "", "AlbumFilter was removed."),
    "a value is removed": ("LIVE STUDIO", "LIVE", "Enum value Kind.STUDIO was removed."),
    "an argument is required": ("albums:", "albums(all: Boolean!):", "A required argument"),
    "an input field is required": ("AlbumFilter { title: String }", "AlbumFilter { title: String! }", ""),
}
DANGEROUS = {
    "a value is added": ("LIVE STUDIO", "LIVE STUDIO DEMO", "Enum value Kind.DEMO was added."),
    "an argument is added": ("albums:", "albums(first: Int):", "An optional argument"),
}
SAFE = {
    "a field is added": ("price: Int,", "price: Int, year: Int,", "Field Album.year was added."),
    "a field is never null": ("price: Int,", "price: Int!,", "Field Album.price changed type"),
    "a type is added": ("enum Kind", "scalar Date enum Kind", "Date was added."),
    "a description": ('"Its name."', '"""Its\n  name,\n  as printed."""', 'has changed to "Its name, as'),
}


def changed(old: str, new: str) -> SchemaDiff:
    assert old in OLD
    return diff_schemas(OLD, OLD.replace(old, new), "old.graphql")


@pytest.mark.parametrize("what", BREAKING)
def test_what_breaks_clients(what: str) -> None:
    old, new, told = BREAKING[what]
    diff = changed(old, new)
    assert len(diff.breaking) == 1
    assert told in diff.breaking[0]
    assert diff.lines()[:2] == ["Breaking:", f"  {diff.breaking[0]}"]


@pytest.mark.parametrize("what", DANGEROUS)
def test_what_clients_may_not_expect(what: str) -> None:
    old, new, told = DANGEROUS[what]
    diff = changed(old, new)
    assert (diff.breaking, len(diff.dangerous), diff.safe) == ((), 1, ())
    assert told in diff.dangerous[0]


@pytest.mark.parametrize("what", SAFE)
def test_what_clients_do_not_notice(what: str) -> None:
    old, new, told = SAFE[what]
    diff = changed(old, new)
    assert (diff.breaking, diff.dangerous, len(diff.safe)) == ((), (), 1)
    assert told in diff.safe[0]


@pytest.mark.parametrize(
    "text", ["hello", "type Query { a: Nothing }", "", "type A { a: Int } type A { b: Int }"]
)
def test_what_is_no_schema_is_one_line(text: str) -> None:
    with pytest.raises(StartupError) as caught:
        diff_schemas(text, OLD, "old.graphql")
    assert str(caught.value).startswith("old.graphql is not a GraphQL schema: ")
    assert "\n" not in str(caught.value)


async def test_the_command(
    create_database: Callable[[str], Awaitable[str]], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url = await create_database("CREATE TABLE album (id int PRIMARY KEY, title text NOT NULL)")
    old = tmp_path / "old.graphql"

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main([*arguments, "--database", url])
        return status, *capfd.readouterr()

    status, sdl, _ = await asyncio.to_thread(run, "schema")
    old.write_text(sdl)
    diff = ("schema", "--diff", str(old))
    assert await asyncio.to_thread(run, *diff) == (0, "Changes: 0 breaking, 0 dangerous, 0 safe.\n", "")
    admin = await asyncpg.connect(url)
    await admin.execute("ALTER TABLE album ADD year int")
    status, told, _ = await asyncio.to_thread(run, *diff)
    assert (status, "  Field Album.year was added." in told.splitlines()) == (0, True)
    await admin.execute("ALTER TABLE album DROP title")
    status, told, _ = await asyncio.to_thread(run, *diff)
    assert (status, told.splitlines()[0]) == (1, "Breaking:")
    assert "  Field Album.title was removed." in told
    old.write_text("type")
    status, told, said = await asyncio.to_thread(run, *diff)
    assert (status, told, said.count("\n")) == (2, "", 1)
    assert said.startswith(f"loadstone: {old} is not a GraphQL schema: ")
    assert (await asyncio.to_thread(run, "schema", "--diff", str(tmp_path / "none")))[0] == 2

    assert (await asyncio.to_thread(run, "watch", "install"))[0] == 0
    assert await change_trigger.is_installed(admin)
    assert (await asyncio.to_thread(run, "watch", "remove"))[0] == 0
    assert not await change_trigger.is_installed(admin)
    await admin.execute("CREATE ROLE diff_visitor LOGIN")
    visitor = url.replace("//postgres@", "//diff_visitor@")
    status = await asyncio.to_thread(main, ["watch", "install", "--database", visitor])
    assert (status, capfd.readouterr().err.count("\n")) == (2, 1)
    await admin.execute("DROP ROLE diff_visitor")
    await admin.close()
