"""The command line: `loadstone serve`, `demo`, `schema`, `explain`, `cost`, `documents`, `cache`, …."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from core.errors import StartupError
from core.suggestions import suggestion
from server.log import configure_log, print_failure
from server.settings import DEFINITIONS, Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit status: 2 with one line when it cannot start."""
    configure_log()
    try:
        given = _parser().parse_args(arguments)
        status: int = given.run(given)
        sys.stdout.flush()
    except StartupError as error:
        print_failure(error)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who reads has had enough, as `head` has. What is still to be written at the exit goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        flags = {flag: None for definition in DEFINITIONS.values() for flag in definition.flags}
        unknown = next((word for word in message.split() if word.startswith("--")), None)
        if message.startswith("unrecognized arguments:") and unknown:
            flag = unknown.partition("=")[0]
            raise StartupError(f"unknown flag {flag}{suggestion(flag, flags)}")
        raise StartupError(f"{message} (see {self.prog} --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="loadstone", description="A GraphQL data API for PostgreSQL.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"loadstone {metadata.version('loadstone')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("serve", _serve, "serve a PostgreSQL database"),
        ("schema", _print_schema, "print the GraphQL schema of a database"),
        ("config", _print_config, "print every setting, its value and where it came from"),
    ):
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        command.set_defaults(run=run)
        _add_settings(command)
        if run is _print_schema:
            diff = "print what has changed since this schema, exit 1 if that breaks clients"
            command.add_argument("--diff", type=Path, metavar="OLD.graphql", help=diff)
            _add_role(command)
    text = "have the database tell of schema changes, or no longer"
    watch = commands.add_parser("watch", help=text, description=text, allow_abbrev=False)
    watch.set_defaults(run=_watch)
    watch.add_argument("action", choices=("install", "remove"), help="its event trigger")
    _add_settings(watch)
    text = "have the database tell of written rows, or no longer"
    cache = commands.add_parser("cache", help=text, description=text, allow_abbrev=False)
    cache.set_defaults(run=_cache)
    cache.add_argument("action", choices=("install", "remove"), help="triggers on the served tables")
    _add_settings(cache)
    text = "print the plan of an operation: steps, SQL, estimated cost"
    explain = commands.add_parser("explain", help=text, description=text, allow_abbrev=False)
    explain.set_defaults(run=_explain)
    _add_question(explain)
    text = "print what an operation may cost, line by line; exit 1 if that is more than max_cost"
    cost = commands.add_parser("cost", help=text, description=text, allow_abbrev=False)
    cost.set_defaults(run=_cost)
    _add_question(cost)
    _add_documents(commands)
    text = "make a token with jwt_secret, for development"
    token = commands.add_parser("token", help=text, description=text, allow_abbrev=False)
    token.set_defaults(run=_print_token)
    token.add_argument("--role", required=True, help="its role")
    token.add_argument(
        "--claim", action="append", default=[], metavar="NAME=VALUE", help="a claim (JSON, or else a text)"
    )
    token.add_argument("--seconds", type=int, default=3600, metavar="N", help="how long it holds (3600)")
    _add_settings(token)
    text = "make an API key, and its entry for api_keys_file"
    api_key = commands.add_parser("api-key", help=text, description=text, allow_abbrev=False)
    api_key.set_defaults(run=_print_api_key)
    api_key.add_argument("--name", required=True, help="what it is called")
    api_key.add_argument("--role", required=True, help="its role")
    text = "serve demonstration data from an embedded PostgreSQL"
    demo = commands.add_parser("demo", help=text, description=text, allow_abbrev=False)
    demo.set_defaults(run=_demo)
    demo.add_argument(
        "--bind", action="append", metavar="HOST:PORT", help="cleartext address (127.0.0.1:8000)"
    )
    demo.add_argument("--tls-bind", action="append", metavar="HOST:PORT", help="TLS address (127.0.0.1:8443)")
    demo.add_argument("--folder", type=Path, help="where the data is kept (the user's data folder)")
    return parser


def _add_documents(commands: Any) -> None:
    text = "make or check the manifest of trusted documents"
    actions = commands.add_parser("documents", help=text, description=text, allow_abbrev=False)
    actions = actions.add_subparsers(required=True, metavar="ACTION")
    text = "make a manifest of the operations in files, folders and patterns"
    build = actions.add_parser("build", help=text, description=text, allow_abbrev=False)
    build.set_defaults(run=_build_documents)
    build.add_argument(
        "files", nargs="+", metavar="FILES", help="GraphQL documents, and scripts with templates of them"
    )
    build.add_argument("--output", type=Path, metavar="FILE", help="the manifest (standard output)")
    build.add_argument("--typenames", action="store_true", help="ask for __typename of every object")
    text = "check the documents of a manifest against the database, exit 1 if anything is wrong"
    check = actions.add_parser("check", help=text, description=text, allow_abbrev=False)
    check.set_defaults(run=_check_documents)
    check.add_argument("manifest", type=Path, metavar="MANIFEST", help="the manifest")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.add_argument(
        "--large-rows",
        type=int,
        default=10_000,
        metavar="N",
        help="rows of a table that must not be read as a whole (10000)",
    )
    _add_role(check)
    _add_settings(check)


def _add_question(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="FILE", help="the GraphQL document")
    command.add_argument("--operation", metavar="NAME", help="which of its operations")
    command.add_argument("--variables", metavar="FILE|JSON", help="values of its variables")
    command.add_argument("--json", action="store_true", help="print JSON")
    _add_role(command)
    _add_settings(command)


def _add_role(command: argparse.ArgumentParser) -> None:
    command.add_argument("--role", help="as which role of callers (the one that logs in)")


def _add_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, metavar="FILE", help="Settings file (loadstone.toml).")
    for name, definition in DEFINITIONS.items():
        options: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS, "help": definition.help}
        if not definition.kind.metavar:
            options["action"] = argparse.BooleanOptionalAction
        else:
            options["metavar"] = definition.kind.metavar
            if definition.kind.repeatable:
                options["action"] = "append"
        command.add_argument(*definition.flags, **options)


def _resolved(given: argparse.Namespace) -> Resolved:
    flags = {name: value for name, value in vars(given).items() if name in DEFINITIONS}
    return resolve(flags=flags, environment=os.environ, config=given.config)


# What the commands need takes a second to import: settings are checked first.


def _serve(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    settings.require_database_url()
    from server.commands import serve  # noqa: PLC0415 - see above

    return serve(settings)


def _print_schema(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    settings.require_database_url()
    old = None if given.diff is None else _text(given.diff)
    from server.commands import print_schema, print_schema_diff  # noqa: PLC0415 - see above

    if old is None:
        return print_schema(settings, given.role)
    return print_schema_diff(settings, given.role, old, str(given.diff))


def _watch(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    settings.require_database_url()
    from server.commands import install_watch, remove_watch  # noqa: PLC0415 - see above

    return install_watch(settings) if given.action == "install" else remove_watch(settings)


def _cache(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    settings.require_database_url()
    from server.commands import install_cache, remove_cache  # noqa: PLC0415 - see above

    return install_cache(settings) if given.action == "install" else remove_cache(settings)


def _explain(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    source, variables = _text(given.file), _variables(given.variables)
    settings.require_database_url()
    from server.commands import explain  # noqa: PLC0415 - see above
    from server.questions import Question  # noqa: PLC0415 - see above

    question = Question(source, given.operation, variables, settings.max_tokens)
    return explain(settings, given.role, question, as_json=given.json)


def _build_documents(given: argparse.Namespace) -> int:
    from server.commands import build_documents  # noqa: PLC0415 - see above

    return build_documents(given.files, given.output, typenames=given.typenames)


def _check_documents(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    settings.require_database_url()
    from server.commands import check_documents  # noqa: PLC0415 - see above

    return check_documents(settings, given.role, given.manifest, given.large_rows, as_json=given.json)


def _cost(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    source, variables = _text(given.file), _variables(given.variables)
    settings.require_database_url()
    from server.commands import cost  # noqa: PLC0415 - see above
    from server.questions import Question  # noqa: PLC0415 - see above

    question = Question(source, given.operation, variables, settings.max_tokens)
    return cost(settings, given.role, question, as_json=given.json)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise StartupError(f"cannot read {path}: {reason}") from None


def _variables(given: str | None) -> dict[str, Any]:
    """Values of variables: an object in JSON, or the file that it stands in."""
    if given is None:
        return {}
    text = given if given.lstrip().startswith("{") else _text(Path(given))
    try:
        variables = json.loads(text)
    except ValueError as error:
        raise StartupError(f"--variables is not JSON: {error}") from None
    if not isinstance(variables, dict):
        raise StartupError("--variables must be an object in JSON")
    return variables


def _demo(given: argparse.Namespace) -> int:
    from server.commands import demo  # noqa: PLC0415 - see above

    return demo(given.bind, given.tls_bind, given.folder)


def _print_token(given: argparse.Namespace) -> int:
    settings = _resolved(given).settings
    from server.identity.minting import mint_token  # noqa: PLC0415 - see above

    sys.stdout.write(f"{mint_token(settings, given.role, given.claim, given.seconds, time.time())}\n")
    return 0


def _print_api_key(given: argparse.Namespace) -> int:
    from server.identity.api_keys import new_api_key  # noqa: PLC0415 - see above

    made = new_api_key(given.name, given.role)
    sys.stdout.write(f"# The key, for the client. It is shown this once.\n{made.key}\n\n")
    sys.stdout.write(f"# Its entry in api_keys_file.\n{made.entry}\n")
    return 0


def _print_config(given: argparse.Namespace) -> int:
    for line in _resolved(given).lines():
        sys.stdout.write(f"{line}\n")
    return 0
