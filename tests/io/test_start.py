"""Starting: what a newcomer sees when it works, and one line with status 2 when it cannot."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from tests.io.conftest import LOADSTONE, environment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from demo.valkey import EmbeddedValkey
    from tests.io.conftest import Certificate, Server

ROOT = Path(__file__).parents[2]
NOBODY = "postgresql://nobody:secret-word@127.0.0.1:1/nothing"


async def loadstone(
    *arguments: str, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command that is to end by itself."""
    process = await asyncio.create_subprocess_exec(
        *(LOADSTONE, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment(env),
    )
    output, log = await asyncio.wait_for(process.communicate(), 30)
    return subprocess.CompletedProcess(arguments, process.returncode or 0, output.decode(), log.decode())


async def refused(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> str:
    """The one line with which a command ends that cannot start."""
    result = await loadstone(*arguments, cwd=cwd, env=env)
    assert (result.returncode, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("loadstone: ")
    assert "secret-word" not in line
    return line.removeprefix("loadstone: ")


async def test_addresses_are_printed_once_they_answer(shop: Server) -> None:
    assert shop.lines == [
        "Loadstone keeps its stores in process: redis_url is not set.",
        f"Loadstone serves {shop.url}/graphql (HTTP/1.1, h2c)",
        f"Loadstone serves {shop.tls_url}/graphql (h2, HTTP/1.1)",
    ]


async def test_with_a_certificate_alone_bind_is_tls(
    shop_url: str, server_name: str, certificate: Certificate, tmp_path: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(LOADSTONE, "serve", "--server", server_name, "--database", shop_url, "--bind", "127.0.0.1:0"),
        *("--tls-cert", str(certificate.cert), "--tls-key", str(certificate.key)),
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        env=environment(),
    )
    assert process.stdout
    lines = [await asyncio.wait_for(process.stdout.readline(), 30) for _ in range(2)]
    process.kill()
    await process.wait()
    assert lines[1].startswith(b"Loadstone serves https://127.0.0.1:")


@pytest.mark.parametrize("arguments", [("serve",), ("serve", "--workers", "2"), ("schema",)])
async def test_an_extension_that_cannot_be_used(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("nothing\n")
    given = (*arguments, "--database", NOBODY, "--extension", "mine.py")
    line = await refused(*given, cwd=tmp_path)
    assert line.startswith(
        "extension mine.py: it raised NameError: name 'nothing' is not defined (line 1 of "
    )


async def test_settings_come_from_variables_and_a_file_too(shop_url: str, tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_text("page_size = 7\nmax_page_size = 100\n")
    env = {"LOADSTONE_DATABASE_URL": shop_url, "LOADSTONE_PAGE_SIZE": "9"}
    shown = await loadstone("config", "--max-tokens", "77", cwd=tmp_path, env=env)
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["page_size", "=", "9", "#", "variable", "LOADSTONE_PAGE_SIZE"] in lines
    assert ["max_page_size", "=", "100", "#", "loadstone.toml"] in lines
    assert ["max_tokens", "=", "77", "#", "flag", "--max-tokens"] in lines
    assert ["pool_size", "=", "10", "#", "default"] in lines
    schema = await loadstone("schema", cwd=tmp_path, env=env)
    assert "type Artist implements Node {" in schema.stdout
    assert schema.returncode == 0


async def test_an_operation_is_explained(shop_url: str, tmp_path: Path) -> None:
    source = "query Artists($n: Int!) { artists(first: $n) { nodes { name } } } query Other { __typename }"
    (tmp_path / "artists.graphql").write_text(source)
    (tmp_path / "given.json").write_text('{"n": 3}')
    explain = ("explain", "artists.graphql", "--database", shop_url)

    tree = await loadstone(*explain, "--operation", "Artists", "--variables", '{"n": 3}', cwd=tmp_path)
    assert (tree.returncode, tree.stderr) == (0, "")
    assert tree.stdout.startswith("1 page public.artist: artists(first: $n)\n  estimated cost ")

    arguments = ("--operation", "Artists", "--variables", "given.json", "--json")
    shown = json.loads((await loadstone(*explain, *arguments, cwd=tmp_path)).stdout)
    assert [step["table"] for step in shown["steps"]] == ["public.artist"]
    assert shown["unknownVariables"] == []

    wrong = await loadstone(*explain, cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == "The document has several operations: name one with --operation.\n"


async def test_the_cost_of_an_operation_is_told(shop_url: str, tmp_path: Path) -> None:
    (tmp_path / "artists.graphql").write_text("query ($n: Int!) { artists(first: $n) { nodes { name } } }")
    cost = ("cost", "artists.graphql", "--database", shop_url, "--variables", '{"n": 3}')
    told = await loadstone(*cost, "--max-cost", "4", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith("cost 4, of 4 that a request may cost\n")
    refused = await loadstone(*cost, "--max-cost", "3", "--json", cwd=tmp_path)
    assert (refused.returncode, json.loads(refused.stdout)["cost"]) == (1, 4)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("absent.graphql",), "cannot read absent.graphql: No such file or directory"),
        ((".",), "cannot read .: Is a directory"),
        (("a.graphql", "--variables", "{"), "--variables is not JSON: "),
        (("a.graphql", "--variables", "absent.json"), "cannot read absent.json: "),
        (("a.graphql", "--variables", "a.graphql"), "--variables must be an object in JSON"),
        (("a.graphql",), "database_url is not set"),
        (("a.graphql", "--database", NOBODY), "database_url: PostgreSQL cannot be reached"),
        ((), "the following arguments are required: FILE"),
    ],
)
async def test_what_cannot_be_explained(tmp_path: Path, arguments: tuple[str, ...], expected: str) -> None:
    (tmp_path / "a.graphql").write_text("[]")
    assert (await refused("explain", *arguments, cwd=tmp_path)).startswith(expected)


async def test_config_hides_secrets(tmp_path: Path) -> None:
    env = {"LOADSTONE_CURSOR_KEY": "secret-word secret-word"}
    shown = await loadstone(
        "config", "--database", NOBODY, "--redis", "redis://:secret-word@h/0", cwd=tmp_path, env=env
    )
    assert "secret-word" not in shown.stdout
    assert 'database_url = "postgresql://nobody:***@127.0.0.1:1/nothing"' in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "env", "expected"),
    [
        ((), {}, "database_url is not set: give --database URL,"),
        (("--database", NOBODY), {}, "database_url: PostgreSQL cannot be reached"),
        (("--database", "mysql://h/x"), {}, "database_url must be a URL postgresql://… or postgres://…"),
        (("--databse", NOBODY), {}, "unknown flag --databse; did you mean --database?"),
        (("--page-size", "many"), {}, "page_size must be a whole number from 1 to 1000000, not 'many'"),
        (
            (),
            {"LOADSTONE_PAGESIZE": "5"},
            "unknown variable LOADSTONE_PAGESIZE; did you mean LOADSTONE_PAGE_SIZE?",
        ),
        ((), {"LOADSTONE_WORKERS": "0"}, "workers must be a whole number from 1 to 256, not '0' (variable "),
        (("--config", "absent.toml"), {}, "the settings file absent.toml does not exist"),
        (("--server", "apache"), {}, "server must be hypercorn or granian, not 'apache' (flag --server)"),
        (("--tls-cert", "a.pem"), {}, "tls_cert is set (flag --tls-cert) but tls_key is not"),
    ],
)
async def test_wrong_settings(
    arguments: tuple[str, ...], env: dict[str, str], expected: str, tmp_path: Path
) -> None:
    assert (await refused("serve", *arguments, cwd=tmp_path, env=env)).startswith(expected)


async def test_an_unknown_key_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_text("page_sise = 7\n")
    line = await refused("config", cwd=tmp_path)
    assert line == "unknown setting page_sise in loadstone.toml; did you mean page_size?"


async def test_a_database_that_is_not_there(shop_url: str, server_name: str, tmp_path: Path) -> None:
    url = urlunsplit(urlsplit(shop_url)._replace(path="/absent"))
    arguments = ("serve", "--server", server_name, "--database", url, "--bind", "127.0.0.1:0")
    line = await refused(*arguments, cwd=tmp_path)
    assert line == 'database_url: database "absent" does not exist'


async def test_an_empty_database(create_database: Callable[[str], Awaitable[str]], tmp_path: Path) -> None:
    url = await create_database("")
    line = await refused("serve", "--database", url, "--bind", "127.0.0.1:0", cwd=tmp_path)
    assert line == "the database has no table or view that this role may read in public"


async def test_a_schema_without_permission(
    create_database: Callable[[str], Awaitable[str]], tmp_path: Path
) -> None:
    url = await create_database("CREATE SCHEMA locked; CREATE TABLE locked.t (id int)")
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE ROLE start_visitor LOGIN")
    await connection.close()
    visitor = urlunsplit(urlsplit(url)._replace(netloc="start_visitor@"))
    arguments = ("serve", "--bind", "127.0.0.1:0", "--database", visitor, "--schemas")
    assert "locked" in await refused(*arguments, "locked", cwd=tmp_path)
    assert "absent" in await refused(*arguments, "absent", cwd=tmp_path)


async def test_a_wrong_password(tmp_path: Path) -> None:
    """Against a stand-in for PostgreSQL's part of the conversation: the embedded one trusts everybody."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readexactly(8)
        if asked[4:] == b"\x04\xd2\x16\x2f":  # asks for TLS
            writer.write(b"N")
            asked = await reader.readexactly(8)
        writer.write(b"R\x00\x00\x00\x08\x00\x00\x00\x03")  # asks for a password
        await reader.readuntil(b"secret-word\x00")
        fields = b'SFATAL\x00VFATAL\x00C28P01\x00Mpassword authentication failed for user "nobody"\x00\x00'
        writer.write(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"postgresql://nobody:secret-word@127.0.0.1:{port}/nothing"
        line = await refused("serve", "--database", url, "--bind", "127.0.0.1:0", cwd=tmp_path)
    assert line.startswith("database_url: PostgreSQL refused the login: password authentication failed")


async def test_a_busy_port(shop: Server, shop_url: str, tmp_path: Path) -> None:
    address = f"127.0.0.1:{shop.port}"
    line = await refused("serve", "--database", shop_url, "--bind", address, cwd=tmp_path)
    assert line == f"bind: cannot listen on {address}: the port is in use by another program"


async def test_an_address_of_another_machine(shop_url: str, tmp_path: Path) -> None:
    line = await refused("serve", "--database", shop_url, "--bind", "192.0.2.1:8000", cwd=tmp_path)
    assert line.startswith("bind: cannot listen on 192.0.2.1:8000: ")


async def test_certificates_that_cannot_be_used(
    shop_url: str, certificate: Certificate, tmp_path: Path
) -> None:
    (tmp_path / "not.pem").write_text("not a certificate")
    arguments = ("serve", "--database", shop_url, "--bind", "127.0.0.1:0", "--tls-key", str(certificate.key))
    assert await refused(*arguments, "--tls-cert", "absent.pem", cwd=tmp_path) == (
        "tls_cert: cannot read absent.pem: No such file or directory"
    )
    line = await refused(*arguments, "--tls-cert", "not.pem", cwd=tmp_path)
    assert line.startswith("tls_cert, tls_key: not.pem and ")


async def test_redis_that_refuses_us(shop_url: str, valkey: EmbeddedValkey, tmp_path: Path) -> None:
    arguments = ("serve", "--database", shop_url, "--bind", "127.0.0.1:0", "--redis")
    refusing = valkey.url.replace("unix://", "unix://somebody:secret-word@", 1)
    line = await refused(*arguments, refusing, cwd=tmp_path)
    assert line.startswith("redis_url: Redis refuses us at unix://somebody:***@/")
    assert "secret-word" not in line


async def test_output_that_nobody_reads_any_more(tmp_path: Path) -> None:
    command = f"trap '' PIPE; {LOADSTONE} config; echo status $? >&2"
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", f"({command}) | true"), stderr=subprocess.PIPE, cwd=tmp_path, env=environment()
    )
    _, log = await asyncio.wait_for(process.communicate(), 30)
    assert log == b"status 141\n"


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_nothing_is_left_running(workers: str, server_name: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ("--database", NOBODY, "--bind", f"127.0.0.1:{port}", "--workers", workers)
    line = await refused("serve", "--server", server_name, *arguments, cwd=tmp_path)
    assert "cannot be reached" in line
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_hypercorn_serves_the_application_by_itself(shop_url: str, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(str(Path(LOADSTONE).with_name("hypercorn")), "-c", str(ROOT / "hypercorn.toml")),
        *("--bind", f"unix:{tmp_path / 'socket'}", "server.asgi:app"),
        cwd=ROOT,
        env=environment({"LOADSTONE_DATABASE_URL": shop_url}),
    )
    transport = httpx.AsyncHTTPTransport(uds=str(tmp_path / "socket"))
    async with httpx.AsyncClient(transport=transport, base_url="http://loadstone") as client:
        answer = None
        for _ in range(500):
            try:
                answer = await client.post("/graphql", json={"query": "{ __typename }"})
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.02)
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0
    assert answer is not None
    assert answer.json() == {"data": {"__typename": "Query"}}


async def test_documents_that_cannot_be_used(shop_url: str, tmp_path: Path) -> None:
    arguments = ("serve", "--database", shop_url, "--bind", "127.0.0.1:0")
    line = await refused(*arguments, "--persisted-documents", "only", cwd=tmp_path)
    assert line == "persisted_documents is only (flag --persisted-documents) but trusted_documents is not set"
    (tmp_path / "documents.json").write_text('{"a": 1}')
    line = await refused(*arguments, "--trusted-documents", "documents.json", cwd=tmp_path)
    assert line == "trusted_documents: documents.json: the document of the id 'a' must be a text"
