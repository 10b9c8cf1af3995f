"""What the commands of the command line do."""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, cast

import orjson

from core.errors import StartupError
from db import row_triggers
from db.catalogue.footprints import Footprints
from db.catalogue.reflect import reflect
from db.change_trigger import install, remove
from db.pool import connection_apart
from server.application import document_limits, load_schema, open_schema
from server.cost_report import cost_report
from server.documents.building import NotBuiltError, build_operations, find_sources
from server.documents.checking import CostCheck, PlanCheck, Rules, check_manifest
from server.documents.manifest import write_manifest
from server.documents.trusted import load_manifest
from server.explaining import explain as explain_operation
from server.extensions import load_extensions
from server.identity.minting import mint_token
from server.listening import open_addresses, open_listeners
from server.questions import NotExplainedError
from server.runners import require_server
from server.schema_diff import diff_schemas
from server.served import schema_of
from server.serving import run_until_stopped, serve_application
from server.setting_kinds import ADDRESSES, Address
from server.settings import Settings
from server.supervisor import Supervisor
from ui.examples import Example

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from server.documents.checking import Found
    from server.listening import Listener
    from server.plan_report import PlanReport
    from server.questions import Question
    from server.serving import Stop

DEMO_BIND = Address("127.0.0.1", 8000)
DEMO_TLS_BIND = Address("127.0.0.1", 8443)
DEMO_TOKEN_SECONDS = 12 * 3600


def serve(settings: Settings) -> int:
    """Serves until told to stop; returns the exit status."""
    require_server(settings.server)
    return _run(settings, open_listeners(settings))


def print_schema(settings: Settings, role: str | None) -> int:
    """Prints the SDL of the database for a role, and to standard error what had to be made valid for it."""
    schema = asyncio.run(load_schema(settings, role))
    for warning in schema.warnings:
        sys.stderr.write(f"{warning}\n")
    _print(schema.sdl.rstrip("\n"))
    return 0


def print_schema_diff(settings: Settings, role: str | None, old: str, name: str) -> int:
    """Prints what has changed since a schema; returns the exit status: 1 if something breaks clients.

    Args:
        settings: All settings.
        role: Whose schema it is; that of the role that logs in unless given.
        old: The schema before, in GraphQL's schema definition language.
        name: What it is called in messages.

    Raises:
        StartupError: It is no schema.
    """
    diff = diff_schemas(old, asyncio.run(load_schema(settings, role)).sdl, name)
    for line in diff.lines():
        _print(line)
    return 1 if diff.breaking else 0


def install_watch(settings: Settings) -> int:
    """Has the database tell of schema changes; returns the exit status."""

    async def run() -> None:
        async with connection_apart(settings.require_database_url()) as connection:
            await install(connection)

    asyncio.run(run())
    _print("The database tells Loadstone when its schema changes.")
    return 0


def remove_watch(settings: Settings) -> int:
    """Takes away what `install_watch` installed; returns the exit status."""

    async def run() -> None:
        async with connection_apart(settings.require_database_url()) as connection:
            await remove(connection)

    asyncio.run(run())
    _print("The database does not tell Loadstone when its schema changes: it is asked.")
    return 0


def install_cache(settings: Settings) -> int:
    """Has the database tell which tables are written; returns the exit status."""

    async def run() -> int:
        extensions = load_extensions(settings.extensions)
        async with connection_apart(settings.require_database_url()) as connection:
            catalog = await reflect(connection, settings.schemas or None)
            served = schema_of(catalog, settings, extensions).model.by_table
            tables = (catalog.footprints or Footprints()).underlying(served)
            await row_triggers.install(connection, tables)
        return len(tables)

    _print(f"The database tells Loadstone of what is written to {asyncio.run(run())} tables.")
    return 0


def remove_cache(settings: Settings) -> int:
    """Takes away what `install_cache` installed; returns the exit status."""

    async def run() -> None:
        async with connection_apart(settings.require_database_url()) as connection:
            await row_triggers.remove(connection)

    asyncio.run(run())
    _print("The database does not tell Loadstone of what is written.")
    return 0


def explain(settings: Settings, role: str | None, question: Question, *, as_json: bool) -> int:
    """Prints the plan of an operation, or to standard error why it has none; returns the exit status."""

    async def report() -> PlanReport:
        async with open_schema(settings, pool_size=1, role=role) as (database, schema, _):
            return await explain_operation(question, schema, database)

    try:
        plan = asyncio.run(report())
    except NotExplainedError as error:
        return _refuse(error)
    if as_json:
        _print(orjson.dumps(plan.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in plan.lines():
            _print(line)
    return 0


def build_documents(names: Sequence[str], output: Path | None, *, typenames: bool) -> int:
    """Writes the manifest of the documents in files, or prints why there is none; returns the exit status.

    Args:
        names: Files, folders and patterns.
        output: The file to write; standard output unless given.
        typenames: Whether `__typename` is asked for of every object.

    Raises:
        StartupError: A file cannot be read or written.
    """
    try:
        operations = build_operations(find_sources(names), typenames=typenames)
    except NotBuiltError as error:
        for line in error.lines:
            sys.stderr.write(f"{line}\n")
        return 1
    manifest = write_manifest(operations)
    if output is None:
        sys.stdout.write(manifest)
        return 0
    try:
        output.write_text(manifest, encoding="utf-8")
    except OSError as error:
        raise StartupError(f"cannot write {output}: {error.strerror}") from None
    return 0


def check_documents(
    settings: Settings, role: str | None, manifest: Path, large_rows: int, *, as_json: bool
) -> int:
    """Prints what is wrong with the documents of a manifest; returns the exit status: 1 if anything is.

    Raises:
        StartupError: It is no manifest, or the database cannot be reached.
    """
    documents = load_manifest(manifest, "documents check")

    async def check() -> list[Found]:
        async with open_schema(settings, pool_size=1, role=role) as (database, schema, catalog):
            introspection = settings.introspection or settings.authenticates
            rules = Rules(schema.graphql, document_limits(settings), introspection)
            plans = PlanCheck(
                schema,
                database,
                catalog,
                max_tokens=settings.max_tokens,
                page_size=settings.page_size,
                large_rows=large_rows,
            )
            costs = CostCheck(schema, max_cost=settings.max_cost, page_size=settings.page_size)
            return await check_manifest(documents, rules, [costs, plans])

    found = asyncio.run(check())
    wrong = sum(each.is_wrong for each in found)
    if as_json:
        shown = {"operations": [each.as_json() for each in found], "wrong": wrong}
        _print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in found:
            for line in each.lines():
                _print(line)
        _print(f"{len(found)} operations, {wrong} with trouble")
    return 1 if wrong else 0


def cost(settings: Settings, role: str | None, question: Question, *, as_json: bool) -> int:
    """Prints what an operation may cost; returns the exit status: 1 if that is too much, or no operation."""
    schema = asyncio.run(load_schema(settings, role))
    try:
        report = cost_report(question, schema, settings.max_cost)
    except NotExplainedError as error:
        return _refuse(error)
    if as_json:
        _print(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in report.text():
            _print(line)
    return 0 if report.is_allowed else 1


def _refuse(error: NotExplainedError) -> int:
    for line in error.lines:
        sys.stderr.write(f"{line}\n")
    return 1


def demo(bind: list[str] | None, tls_bind: list[str] | None, folder: Path | None) -> int:
    """Serves the demonstration data until told to stop; returns the exit status.

    Args:
        bind: Cleartext addresses; without them the usual one, or a free port where that is busy.
        tls_bind: The same for TLS.
        folder: Where the data is kept; the user's data folder unless given.
    """
    # Its packages are an extra: who serves a database of their own need not have them.
    from demo.data import ANONYMOUS_ROLE, OPEN_VIEWS, TRAVELLER_ROLE  # noqa: PLC0415
    from demo.environment import DemoEnvironment  # noqa: PLC0415
    from demo.examples import EXAMPLES  # noqa: PLC0415

    # Until the server takes care of signals, one must unwind, so that the database is shut down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with DemoEnvironment(folder) as environment:
        settings = Settings(
            database_url=environment.server_url,
            redis_url=environment.redis_url,
            tls_cert=environment.tls_cert,
            tls_key=environment.tls_key,
            jwt_secret=environment.jwt_secret,
            jwt_roles=(TRAVELLER_ROLE,),
            anonymous_role=ANONYMOUS_ROLE,
            views_without_rls=OPEN_VIEWS,
        )
        listeners = [
            *_demo_listeners("bind", bind, DEMO_BIND, secure=False),
            *_demo_listeners("tls_bind", tls_bind, DEMO_TLS_BIND, secure=True),
        ]
        examples = tuple(Example(*example) for example in EXAMPLES)
        notes = _token_notes(settings, environment.token_settings)
        return _run(settings, listeners, examples, notes, hangup_stops=True)


def _token_notes(settings: Settings, token_settings: Path) -> list[str]:
    """How to ask as a traveller of the demo: lines to print."""
    from demo.data import TRAVELLER_ROLE  # noqa: PLC0415
    from demo.travel import FREQUENT_TRAVELLERS  # noqa: PLC0415

    shown = FREQUENT_TRAVELLERS[:2]
    hours = DEMO_TOKEN_SECONDS // 3600
    lines = [
        "Travellers see their own trips: put one of these tokens into the Credentials panel of GraphiQL,",
        f"or send it as Authorization: Bearer. They hold for {hours} hours.",
    ]
    for traveller in shown:
        claims = [f"sub={traveller.id}"]
        token = mint_token(settings, TRAVELLER_ROLE, claims, DEMO_TOKEN_SECONDS, time.time())
        lines.append(f"{traveller.given_name} {traveller.family_name}: {token}")
    lines.append("Commands that make more of them:")
    for traveller in shown:
        command = [sys.argv[0], "token", "--config", str(token_settings), "--role", TRAVELLER_ROLE]
        lines.append("  " + shlex.join([*command, "--claim", f"sub={traveller.id}"]))
    return lines


def _demo_listeners(
    setting: str, given: list[str] | None, default: Address, *, secure: bool
) -> list[Listener]:
    if given is not None:
        addresses = [address for text in given for address in _addresses(setting, text)]
        return open_addresses(setting, addresses, secure=secure)
    try:
        return open_addresses(setting, (default,), secure=secure)
    except StartupError:
        _print(f"{default} is in use by another program; taking a free port instead.")
        return open_addresses(setting, (Address(default.host, 0),), secure=secure)


def _addresses(setting: str, text: str) -> tuple[Address, ...]:
    try:
        return cast("tuple[Address, ...]", ADDRESSES.read(text))
    except ValueError as error:
        raise StartupError(f"{setting} must be {error}, not {text!r}") from None


def _run(
    settings: Settings,
    listeners: Sequence[Listener],
    examples: tuple[Example, ...] = (),
    notes: Sequence[str] = (),
    *,
    hangup_stops: bool = False,
) -> int:
    ready = partial(_print_addresses, settings, listeners, notes)

    async def run(stop: Stop) -> int:
        if settings.workers > 1:
            return await Supervisor(settings, listeners, stop).run(ready)
        return await serve_application(settings, listeners, stop, ready=ready, examples=examples)

    return run_until_stopped(run, hangup_stops=hangup_stops)


def _print_addresses(settings: Settings, listeners: Sequence[Listener], notes: Sequence[str]) -> None:
    if settings.redis_url is None:
        _print("Loadstone keeps its stores in process: redis_url is not set.")
    for listener in listeners:
        _print(f"Loadstone serves {listener}")
    for note in notes:
        _print(note)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
