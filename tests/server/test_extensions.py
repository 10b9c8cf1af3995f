"""Loading modules of users, and what callers see of them."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from core.errors import StartupError
from server.application import load_schema, open_service
from server.extensions import load_extensions
from server.pipeline import answer
from server.reloading import reload_extensions
from server.settings import Settings, resolve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from server.service import Service

EXTENSION = """
from __future__ import annotations

import strawberry

from helpers import shout
from schema.extending import Data, Row, row_field


@strawberry.type
class Shouted:
    text: str


@row_field("Artist", reads=["name"])
def shouted(rows: list[Row]) -> list[Shouted]:
    return [Shouted(text=shout(row["name"])) for row in rows]


@row_field("Artist", reads=["name"])
def broken(rows: list[Row]) -> list[str | None]:
    raise RuntimeError("a secret")


@row_field("Artist", reads=[])
async def mistaken(rows: list[Row], data: Data) -> list[str | None]:
    await data.fetch("{ nothingOfThatName }")
    return []


@row_field("Artist", reads=["artistId"])
async def again(rows: list[Row], data: Data) -> list[str]:
    ids = [row["artistId"] for row in rows]
    found = await data.fetch(
        "query ($ids: [Int!]) { artists(filter: {artistId: {in: $ids}}) { nodes { name } } }", {"ids": ids}
    )
    return [artist["name"] for artist in found["artists"]["nodes"]]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory, and the module search path as it was afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "my_extension.py").write_text(EXTENSION)
    (tmp_path / "mine" / "helpers.py").write_text("def shout(text):\n    return text.upper() + '!'\n")
    return tmp_path


def message(name: str) -> str:
    with pytest.raises(StartupError) as caught:
        load_extensions([name])
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_finds_what_is_beside_it() -> None:
    [extension] = load_extensions(["mine/my_extension.py"])
    assert extension.name == "mine/my_extension.py"
    assert [field.type_name for field in extension.row_fields] == ["Artist"] * 4


def test_a_module_is_found_in_the_working_directory(folder: Path) -> None:
    (folder / "a_module_of_mine.py").write_text("Query = None\n")
    [extension] = load_extensions(["a_module_of_mine"])
    assert extension.roots == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("missing.py", "extension missing.py: there is no such file"),
        ("no.such.module", "extension no.such.module: there is no module of that name"),
    ],
)
def test_a_module_that_is_not_there(name: str, expected: str) -> None:
    assert message(name) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\ny = x / 0\n", r"extension e\.py: it raised ZeroDivisionError: .* \(line 2 of .*e\.py\)"),
        ("import not_there\n", r"extension e\.py: it raised ModuleNotFoundError: .* \(line 1 of .*e\.py\)"),
        ("def :\n", r"extension e\.py: invalid syntax \(line 1 of .*e\.py\)"),
        ("raise SystemExit(3)\n", r"extension e\.py: it raised SystemExit: 3 \(line 1 of .*e\.py\)"),
        ("raise ValueError('two\\nlines')\n", r"extension e\.py: it raised ValueError: two lines .*"),
    ],
)
def test_a_module_that_raises(folder: Path, source: str, expected: str) -> None:
    (folder / "e.py").write_text(source)
    assert re.fullmatch(expected, message("e.py"))


def test_the_setting_takes_several() -> None:
    found = resolve(flags={"extensions": ["a.py", "b,c"]}, environment={}).settings
    assert found.extensions == ("a.py", "b", "c")
    found = resolve(flags={}, environment={"LOADSTONE_EXTENSIONS": "a.py,b"}).settings
    assert found.extensions == ("a.py", "b")


async def test_callers_see_what_extensions_add_and_nothing_of_what_they_raise(
    create_database: Callable[[str], Awaitable[str]],
    channel: Callable[..., Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = await create_database(
        "CREATE TABLE artist (artist_id int PRIMARY KEY, name text);"
        "INSERT INTO artist VALUES (1, 'Accept'), (2, 'AC/DC');"
    )
    settings = Settings(database_url=url, extensions=("mine/my_extension.py",))
    assert "shouted: Shouted!" in (await load_schema(settings)).sdl

    async def ask(service: Service, query: str) -> dict[str, Any]:
        request = channel(
            "POST", "/graphql", json.dumps({"query": query}).encode(), headers={"x-loadstone-explain": "1"}
        )
        response = await answer(request.exchange, service.stages)
        found: dict[str, Any] = json.loads(response.body)
        return found

    async with open_service(settings) as service:
        found = await ask(service, "{ artists { nodes { name shouted { text } } } }")
        assert found["data"]["artists"]["nodes"][0] == {"name": "Accept", "shouted": {"text": "ACCEPT!"}}
        assert found["extensions"]["plan"]["lane"] == "compiled"
        assert found["extensions"]["plan"]["statements"] == 1
        fetched = await ask(service, "{ artists { nodes { again } } }")
        assert fetched["data"]["artists"]["nodes"] == [{"again": "Accept"}, {"again": "AC/DC"}]
        assert fetched["extensions"]["plan"]["statements"] == 2
        mistaken = await ask(service, "{ artists { nodes { mistaken } } }")
        assert "nothingOfThatName" not in json.dumps(mistaken)
        assert "nothingOfThatName" in caplog.text
        caplog.clear()
        failed = await ask(service, "{ artists { nodes { name broken } } }")
    assert failed["data"]["artists"]["nodes"][1] == {"name": "AC/DC", "broken": None}
    paths = [["artists", "nodes", n, "broken"] for n in (0, 1)]
    assert [error["path"] for error in failed["errors"]] == paths
    [identifier] = {error["extensions"]["id"] for error in failed["errors"]}
    for error in failed["errors"]:
        assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "id": identifier}
        assert error["message"] == f"An internal error happened. The server's log has it as {identifier}."
    [told] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert identifier in told.getMessage()
    assert "a secret" in caplog.text


async def test_an_extension_that_does_not_fit_ends_the_start(
    create_database: Callable[[str], Awaitable[str]], folder: Path
) -> None:
    url = await create_database("CREATE TABLE artist (artist_id int PRIMARY KEY);")
    settings = Settings(database_url=url, extensions=(str(folder / "mine" / "my_extension.py"),))
    with pytest.raises(StartupError, match=r"Artist\.shouted: Artist has no column with the field name"):
        await load_schema(settings)


async def test_a_file_that_changes_is_served_in_development(
    create_database: Callable[[str], Awaitable[str]],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(reload_extensions, "__defaults__", (0.02,))
    url = await create_database("CREATE TABLE artist (artist_id int PRIMARY KEY, name text);")
    file = folder / "mine" / "my_extension.py"

    async def until_served(service: Service, text: str) -> None:
        async with asyncio.timeout(5):
            while text not in service.live.current.sdl.decode():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)

    async with open_service(Settings(database_url=url, extensions=("mine/my_extension.py",))) as service:
        file.write_text(EXTENSION.replace("def broken", "def mended"))
        await until_served(service, "mended: String")
        assert "broken: String" not in service.live.current.sdl.decode()
        before = service.live.current
        file.write_text(EXTENSION + "def\n")
        async with asyncio.timeout(5):
            while "the schema stays as it is" not in caplog.text:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        file.write_text(EXTENSION.replace('reads=["name"]', 'reads=["nothing"]'))
        async with asyncio.timeout(5):
            while "has no column with the field nothing" not in caplog.text:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        assert service.live.current is before
        file.write_text(EXTENSION)
        await until_served(service, "broken: String")


async def test_no_file_is_looked_at_in_production(
    create_database: Callable[[str], Awaitable[str]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload_extensions, "__defaults__", (0.01,))
    url = await create_database("CREATE TABLE artist (artist_id int PRIMARY KEY, name text);")
    settings = Settings(database_url=url, extensions=("mine/my_extension.py",), production=True)
    async with open_service(settings) as service:
        (folder / "mine" / "my_extension.py").write_text(EXTENSION.replace("def broken", "def mended"))
        await asyncio.sleep(0.2)
        assert "broken: String" in service.live.current.sdl.decode()
