"""Settings: one table from which flags, environment variables and `loadstone.toml` keys are derived.

The table is the `Settings` class itself: every field is declared with its kind, default and help. A
flag beats a variable (`LOADSTONE_<NAME>`), a variable beats the file, the file beats the default; an
empty variable counts as not set. Whatever is unknown, of the wrong type or out of range ends the
command with one line that names the setting and where its value came from.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from core.errors import StartupError
from core.suggestions import suggestion
from resolvers.cost_weights import CostWeights
from server.admission.bucket import MAX_POINTS
from server.documents.persisted import Persisting
from server.http.content_coding import Coding
from server.runners import SERVERS
from server.setting_kinds import (
    ADDRESSES,
    CLAIM,
    CODINGS,
    DATABASE_URL,
    FILE,
    JWKS_URL,
    JWT_SECRET,
    MODULES,
    NAMES,
    NETWORKS,
    NO_CODING,
    OBJECTS,
    ORIGINS,
    PATTERNS,
    PER_SECOND,
    REDIS_URL,
    RELATIONS,
    ROLE,
    ROLE_BUDGETS,
    ROLES,
    SECONDS,
    SECRET,
    SHARE,
    SWITCH,
    TEXT,
    WEIGHTS,
    Address,
    Kind,
    WrongPartError,
    choice,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema.object_options import ObjectOptions
    from server.admission.role_budget import RoleBudget
    from server.http.client_address import Network

VARIABLE_PREFIX = "LOADSTONE_"
CONFIG_VARIABLE = "LOADSTONE_CONFIG"
DEFAULT_FILE = Path("loadstone.toml")
ON, OFF = True, False
WATCHES = ("auto", "off")
TOKEN_KEYS = ("jwt_secret", "jwt_key_file", "jwt_jwks_url")
"""Settings that say what tokens are verified with."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What one setting is.

    Attributes:
        name: Key in `loadstone.toml`; the variable and the flag are derived from it.
        kind: How its values are read, checked and shown.
        help: One sentence for `--help`.
        aliases: Shorter flags.
    """

    name: str
    kind: Kind
    help: str
    aliases: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable."""
        return VARIABLE_PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """The command-line flag, as messages name it."""
        return self.flags[0]

    @property
    def flags(self) -> tuple[str, ...]:
        """All its command-line flags."""
        return (*self.aliases, "--" + self.name.replace("_", "-"))


def _setting(kind: Kind, default: object, text: str, *aliases: str) -> Any:
    return field(default=default, metadata={"kind": kind, "help": text, "aliases": aliases})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, checked; see the help texts for what each means."""

    database_url: str | None = _setting(
        DATABASE_URL,
        None,
        "PostgreSQL database to serve: postgresql://user:password@host:port/name.",
        "--database",
    )
    redis_url: str | None = _setting(
        REDIS_URL, None, "Redis or Valkey for what instances share: redis://host:port/0.", "--redis"
    )
    bind: tuple[Address, ...] = _setting(
        ADDRESSES,
        (Address("127.0.0.1", 8000),),
        "HOST:PORT to listen on; TLS when tls_cert is set and tls_bind is not.",
    )
    tls_bind: tuple[Address, ...] = _setting(
        ADDRESSES,
        (),
        "HOST:PORT to listen on with TLS, beside cleartext on bind; needs tls_cert and tls_key.",
    )
    tls_cert: Path | None = _setting(  # noqa: RUF009 - a field, immutable default
        FILE, None, "PEM file of the TLS certificate chain."
    )
    tls_key: Path | None = _setting(  # noqa: RUF009 - a field, immutable default
        FILE, None, "PEM file of the TLS private key."
    )
    workers: int = _setting(whole_number(1, 256), 1, "Worker processes.")
    server: str = _setting(
        choice(*SERVERS), SERVERS[0], f"HTTP server that runs the application: {' or '.join(SERVERS)}."
    )
    schemas: tuple[str, ...] = _setting(
        NAMES, (), "PostgreSQL schemas to serve; all that the role may use unless given."
    )
    schema_watch: str = _setting(
        choice(*WATCHES), WATCHES[0], "Whether changes of the database's schema are noticed: auto or off."
    )
    schema_poll_seconds: float = _setting(
        SECONDS, 5.0, "Seconds between two looks for changes, where the database does not tell of them."
    )
    include: tuple[str, ...] = _setting(
        PATTERNS, (), "What is served, as patterns over schema.table.column; everything unless given."
    )
    exclude: tuple[str, ...] = _setting(
        PATTERNS, (), "What is not served, as patterns such as *.schema_migrations or public.*.password."
    )
    objects: tuple[tuple[str, ObjectOptions], ...] = _setting(
        OBJECTS, (), "Names, descriptions, visibility and page sizes, by schema, schema.table, …."
    )
    extensions: tuple[str, ...] = _setting(
        MODULES,
        (),
        "Python modules that add fields to the schema: files, or dotted names.",
        "--extension",
    )
    jwt_secret: str | None = _setting(
        JWT_SECRET,
        None,
        "Shared secret that tokens are signed with: HS256, from 48 bytes HS384, from 64 HS512.",
    )
    jwt_key_file: Path | None = _setting(  # noqa: RUF009 - a field, immutable default
        FILE, None, "File of the keys that tokens are verified with: public keys in PEM, a JWK or a JWK set."
    )
    jwt_jwks_url: str | None = _setting(
        JWKS_URL, None, "Address where the issuer of tokens publishes its keys, as a JWK set."
    )
    jwt_audience: tuple[str, ...] = _setting(
        NAMES, (), "Whom tokens must be for (aud), one of these; not looked at unless given."
    )
    jwt_issuer: str | None = _setting(
        TEXT, None, "Who must have issued tokens (iss); not looked at unless given."
    )
    jwt_role_claim: str = _setting(
        CLAIM,
        "role",
        'Where tokens have the role: keys with dots between them, as in realm_access."my.role".',
    )
    jwt_roles: tuple[str, ...] = _setting(
        ROLES, (), "Roles that callers may have; all that the login role may become unless given."
    )
    anonymous_role: str | None = _setting(
        ROLE,
        None,
        "Role of the database for callers without credentials; they are refused unless given.",
    )
    api_keys_file: Path | None = _setting(  # noqa: RUF009 - a field, immutable default
        FILE, None, "TOML file of the hashes of API keys and their roles."
    )
    views_without_rls: tuple[str, ...] = _setting(
        RELATIONS,
        (),
        "Views that may show callers what row-level security would hide: public.totals, stats.*.",
    )
    production: bool = _setting(
        SWITCH, OFF, "Turn off the IDE, introspection, the plan header and suggestions in error messages."
    )
    ide: bool = _setting(SWITCH, ON, "Serve GraphiQL at /graphql; on unless production is on.")
    introspection: bool = _setting(SWITCH, ON, "Answer introspection; on unless production is on.")
    cors_origins: tuple[str, ...] = _setting(
        ORIGINS, (), "Origins whose pages may use the API in browsers: https://app.example.com, or * alone."
    )
    hsts_seconds: int = _setting(
        whole_number(0, 63_072_000), 0, "Seconds for which browsers are told to come by TLS only (HSTS)."
    )
    compression: tuple[str, ...] = _setting(
        CODINGS, tuple(Coding), "What answers are compressed by, the preferred first: zstd, gzip, br; or off."
    )
    compression_min_bytes: int = _setting(
        whole_number(0, 2**31 - 1), 1024, "The shortest answer that is compressed, in bytes."
    )
    max_role_schemas: int = _setting(
        whole_number(1, 10_000), 50, "Schemas of roles with different grants that are kept ready."
    )
    page_size: int = _setting(
        whole_number(1, 1_000_000), 50, "Rows of a connection's page without first or last."
    )
    max_page_size: int = _setting(
        whole_number(1, 1_000_000), 1000, "The most that first or last may ask for."
    )
    max_tokens: int = _setting(
        whole_number(1, 1_000_000), 5000, "The most lexical tokens a document may have."
    )
    persisted_documents: str = _setting(
        choice(*Persisting),
        Persisting.APQ.value,
        "Documents that are answered: all, registered ones too (apq) or not (off), or trusted ones (only).",
    )
    trusted_documents: Path | None = _setting(  # noqa: RUF009 - a field, immutable default
        FILE,
        None,
        "Manifest of trusted documents, as Apollo's or Relay's tools or `loadstone documents` make it.",
    )
    persisted_seconds: int = _setting(
        whole_number(1, 31_536_000),
        604_800,
        "Seconds after which a registered document that nobody uses is forgotten.",
    )
    max_depth: int = _setting(
        whole_number(1, 200), 20, "How many fields of an operation may be within each other."
    )
    max_aliases: int = _setting(
        whole_number(0, 1_000_000), 100, "The most aliases that an operation may have."
    )
    max_root_fields: int = _setting(
        whole_number(1, 1_000_000), 50, "The most root fields that an operation may have."
    )
    max_cost: int = _setting(
        whole_number(1, 10**11), 1_000_000, "The most units that a request may cost, by estimate."
    )
    cost_weights: CostWeights = _setting(  # noqa: RUF009 - a field, immutable default
        WEIGHTS, CostWeights(), "Units that connections, counts, mutations and the like cost, as JSON."
    )
    max_batch_operations: int = _setting(
        whole_number(0, 1000), 0, "The most operations that one request may have, as an array; 0 for none."
    )
    max_body_bytes: int = _setting(whole_number(1, 2**31 - 1), 2**20, "The largest request body, in bytes.")
    budget_points: int = _setting(
        whole_number(0, MAX_POINTS),
        0,
        "Points that operations of a caller may cost at once; 0 for no budget.",
    )
    budget_per_second: float = _setting(
        PER_SECOND, 50.0, "Points of a caller's budget that come back in a second."
    )
    role_budgets: tuple[tuple[str, RoleBudget], ...] = _setting(
        ROLE_BUDGETS, (), "Budgets of roles that have another one than that."
    )
    budget_lease_share: float = _setting(
        SHARE, 0.1, "Share of what is left of a budget that an instance may spend without asking Redis."
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        NETWORKS, (), "Addresses and networks whose X-Forwarded-For is believed: 10.0.0.0/8, ::1."
    )
    request_timeout: float = _setting(SECONDS, 20.0, "Seconds after which a request is ended with TIMEOUT.")
    pool_size: int = _setting(whole_number(1, 10_000), 10, "PostgreSQL connections of each worker, at most.")
    cache_seconds: int = _setting(
        whole_number(0, 31_536_000), 0, "Seconds that answers of queries are kept; 0 for not at all."
    )
    cache_bytes: int = _setting(
        whole_number(0, 2**40), 64 * 2**20, "Memory of each worker for kept answers, in bytes."
    )
    cache_stale_seconds: int = _setting(
        whole_number(0, 31_536_000),
        60,
        "The most seconds that a kept answer is past its time, where a request takes that.",
    )
    cache_request_control: bool = _setting(
        SWITCH, ON, "Let requests ask past kept answers, by Cache-Control: no-cache or no-store."
    )
    cursor_key: str | None = _setting(
        SECRET, None, "Secret that seals cursors; derived from database_url unless given."
    )

    @property
    def authenticates(self) -> bool:
        """Whether callers are asked who they are."""
        return self.anonymous_role is not None or self.api_keys_file is not None or self.accepts_tokens

    @property
    def codings(self) -> tuple[Coding, ...]:
        """What answers may be compressed by, the preferred first."""
        return tuple(Coding(name) for name in self.compression if name != NO_CODING)

    @property
    def explain(self) -> bool:
        """Whether callers may ask for an operation's plan."""
        return not self.production

    @property
    def suggestions(self) -> bool:
        """Whether error messages may name what the caller could have meant."""
        return self.introspection and not self.production

    @property
    def accepts_tokens(self) -> bool:
        """Whether there is anything to verify tokens with."""
        return any(getattr(self, name) is not None for name in TOKEN_KEYS)

    @property
    def cursor_key_bytes(self) -> bytes:
        """32 bytes; equal on all instances that serve the same database by the same URL."""
        secret = self.cursor_key or self.database_url or ""
        return hashlib.blake2b(secret.encode(), digest_size=32, person=b"loadstone-cursor").digest()

    def raw(self) -> dict[str, object]:
        """What was set, in the forms of a TOML file; `Settings.from_raw` makes the same settings of it."""
        return {
            name: definition.kind.write(value)
            for name, definition in DEFINITIONS.items()
            if (value := getattr(self, name)) not in {None, ()}
        }

    @classmethod
    def from_raw(cls, raw: Mapping[str, object]) -> Self:
        """Settings from what `raw` gave."""
        values = {name: DEFINITIONS[name].kind.read(value) for name, value in raw.items()}
        return cls(**cast("dict[str, Any]", values))

    def require_database_url(self) -> str:
        """The database's URL; StartupError when it is not set."""
        if self.database_url is None:
            raise StartupError(
                "database_url is not set: give --database URL, "
                "the variable LOADSTONE_DATABASE_URL or the key database_url in loadstone.toml"
            )
        return self.database_url


DEFINITIONS: Mapping[str, Definition] = {
    item.name: Definition(item.name, item.metadata["kind"], item.metadata["help"], item.metadata["aliases"])
    for item in fields(Settings)
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """Settings and, by name, where each value came from."""

    settings: Settings
    origins: Mapping[str, str]

    def lines(self) -> list[str]:
        """`name = value  # origin` of every setting, aligned, secrets redacted."""
        shown = [
            (f"{name} = {definition.kind.show(getattr(self.settings, name))}", self.origins[name])
            for name, definition in DEFINITIONS.items()
        ]
        width = max(len(text) for text, _ in shown)
        return [f"{text:<{width}}  # {origin}" for text, origin in shown]


def resolve(
    *, flags: Mapping[str, object], environment: Mapping[str, str], config: Path | None = None
) -> Resolved:
    """Settings from all sources.

    Args:
        flags: By setting name, the raw texts of flags that were given (a list of them for lists, a
            boolean for switches).
        environment: The process environment.
        config: The file named by `--config`; without it `LOADSTONE_CONFIG` names the file, and without
            that `loadstone.toml` in the working directory is read if it is there.

    Raises:
        StartupError: Something is unknown, of the wrong type or out of range.
    """
    values: dict[str, object] = {}
    origins = dict.fromkeys(DEFINITIONS, "default")
    for layer in (_from_file(environment, config), _from_environment(environment), _from_flags(flags)):
        for name, (value, origin) in layer.items():
            values[name] = value
            origins[name] = origin
    for name in ("ide", "introspection"):
        if name not in values:
            values[name] = not values.get("production", False)
            if values.get("production"):
                origins[name] = "default, by production"
    settings = Settings(**cast("dict[str, Any]", values))
    _check_together(settings, origins)
    return Resolved(settings, origins)


_Layer = dict[str, tuple[object, str]]


def _from_flags(flags: Mapping[str, object]) -> _Layer:
    layer: _Layer = {}
    for name, given in flags.items():
        definition = DEFINITIONS[name]
        origin = f"flag {definition.flag}"
        if isinstance(given, list):
            items = [
                item for text in given for item in cast("tuple[object]", _read(definition, text, origin))
            ]
            layer[name] = (tuple(dict.fromkeys(items)), origin)
        else:
            layer[name] = (_read(definition, given, origin), origin)
    return layer


def _from_environment(environment: Mapping[str, str]) -> _Layer:
    by_variable = {definition.variable: definition for definition in DEFINITIONS.values()}
    layer: _Layer = {}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(VARIABLE_PREFIX) or variable == CONFIG_VARIABLE or not text:
            continue
        definition = by_variable.get(variable)
        if definition is None:
            raise StartupError(f"unknown variable {variable}{suggestion(variable, by_variable)}")
        origin = f"variable {variable}"
        layer[definition.name] = (_read(definition, text, origin), origin)
    return layer


def _from_file(environment: Mapping[str, str], config: Path | None) -> _Layer:
    named = config or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    path = named or DEFAULT_FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named is None:
            return {}
        raise StartupError(f"the settings file {path} does not exist") from None
    except OSError as error:
        raise StartupError(f"cannot read the settings file {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StartupError(f"the settings file {path} is not valid TOML: {error}") from None
    layer: _Layer = {}
    for key, value in content.items():
        definition = DEFINITIONS.get(key)
        if definition is None:
            raise StartupError(f"unknown setting {key} in {path}{suggestion(key, DEFINITIONS)}")
        # A text where TOML has a type of its own is as wrong as any other value.
        given = None if isinstance(value, str) and not definition.kind.text else value
        layer[key] = (_read(definition, given, str(path), value), str(path))
    return layer


def _read(definition: Definition, given: object, origin: str, shown: object = None) -> object:
    try:
        return definition.kind.read(given)
    except WrongPartError as error:
        raise StartupError(f"{definition.name}: {error} ({origin})") from None
    except ValueError as error:
        what = "" if definition.kind.secret else f", not {(given if shown is None else shown)!r}"
        raise StartupError(f"{definition.name} must be {error}{what} ({origin})") from None


def _check_together(settings: Settings, origins: Mapping[str, str]) -> None:
    if settings.page_size > settings.max_page_size:
        raise StartupError(
            f"page_size ({settings.page_size}, {origins['page_size']}) must not be greater than "
            f"max_page_size ({settings.max_page_size}, {origins['max_page_size']})"
        )
    for given, missing in (("tls_cert", "tls_key"), ("tls_key", "tls_cert"), ("tls_bind", "tls_cert")):
        if getattr(settings, given) and not getattr(settings, missing):
            raise StartupError(f"{given} is set ({origins[given]}) but {missing} is not")
    if settings.persisted_documents == Persisting.ONLY and settings.trusted_documents is None:
        raise StartupError(
            f"persisted_documents is only ({origins['persisted_documents']}) but trusted_documents is not set"
        )
    for given in ("jwt_audience", "jwt_issuer", "jwt_role_claim"):
        if origins[given] != "default" and not settings.accepts_tokens:
            raise StartupError(
                f"{given} is set ({origins[given]}) but nothing that tokens are verified with: "
                f"jwt_secret, jwt_key_file or jwt_jwks_url"
            )
