"""How values of settings are read, checked and shown.

A kind reads what a flag, a variable or a TOML file gives and raises ValueError with what the value must
be (`a whole number from 1 to 256`); the caller adds the setting's name and where the value came from.
"""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from core.suggestions import suggestion
from resolvers.cost_weights import CostWeights
from schema.object_options import ObjectOptions, read_options, read_weight
from schema.patterns import parts_of
from server.admission.role_budget import RoleBudget, WrongBudgetError, read_per_second, read_role_budgets
from server.http.client_address import network
from server.http.content_coding import Coding
from server.identity.algorithms import SHORTEST_SECRET
from server.identity.role_claim import check_role, claim_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.http.client_address import Network

MAX_PORT = 65535

NO_CODING = "off"
"""In place of content codings: none."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(?P<port>[1-9][0-9]{0,4}))?"
)


class WrongPartError(ValueError):
    """Part of a setting's value is wrong; says which, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Address:
    """A TCP address to listen on; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _shown(value: object) -> str:
    if value in {None, ()}:
        return "(not set)"
    if isinstance(value, tuple):
        return json.dumps([str(item) for item in value], ensure_ascii=False)
    if isinstance(value, str | Path):
        return json.dumps(str(value), ensure_ascii=False)
    return json.dumps(value)


def _written(value: object) -> object:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return str(value) if isinstance(value, Path) else value


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of setting.

    Attributes:
        metavar: What `--help` shows for a value; empty for switches.
        read: From a flag's or variable's text (a list of texts for a repeated flag) or a TOML value to
            the setting's value; ValueError says what it must be.
        show: For `loadstone config`, secrets redacted.
        write: From the setting's value to a TOML value that `read` takes.
        secret: Whether a wrong value must not be repeated in messages.
        text: Whether a TOML value may be a text; flags and variables always are.
        repeatable: Whether the flag may be given several times.
    """

    metavar: str
    read: Callable[[object], object]
    show: Callable[[object], str] = _shown
    write: Callable[[object], object] = _written
    secret: bool = False
    text: bool = True
    repeatable: bool = False


def whole_number(minimum: int, maximum: int) -> Kind:
    """An integer of that range, both ends included."""

    def read(given: object) -> int:
        text = given.strip() if isinstance(given, str) else given
        if isinstance(text, str) and re.fullmatch(r"[+-]?[0-9]{1,12}", text):
            text = int(text)
        if isinstance(text, int) and not isinstance(text, bool) and minimum <= text <= maximum:
            return text
        raise ValueError(f"a whole number from {minimum} to {maximum}")

    return Kind("N", read, text=False)


def choice(*names: str) -> Kind:
    """One of those names."""

    def read(given: object) -> str:
        if isinstance(given, str) and given in names:
            return given
        raise ValueError(" or ".join(names))

    return Kind("NAME", read)


def _seconds(given: object) -> float:
    longest = 3600.0
    value: float | None = None
    if isinstance(given, str):
        try:
            value = float(given)
        except ValueError:
            value = None
    elif isinstance(given, int | float) and not isinstance(given, bool):
        value = float(given)
    if value is None or not 0 < value <= longest:
        raise ValueError(f"a number of seconds above 0, at most {longest:g}")
    return value


def _switch(given: object) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str):
        word = given.strip().lower()
        if word in {"true", "1", "yes", "on"}:
            return True
        if word in {"false", "0", "no", "off"}:
            return False
    raise ValueError("true or false")


def _texts(given: object) -> list[str] | None:
    """What a list setting may be given as: a list of texts, or one text with commas."""
    if isinstance(given, str):
        return [part.strip() for part in given.split(",") if part.strip()]
    if isinstance(given, list) and all(isinstance(item, str) for item in given):
        return given
    return None


def _address(text: str) -> Address | None:
    match = re.fullmatch(
        r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s:\[\]/@]+)):(?P<port>[0-9]{1,5})", text
    )
    if match is None or int(match["port"]) > MAX_PORT:
        return None
    return Address(match["six"] or match["host"], int(match["port"]))


def _addresses(given: object) -> tuple[Address, ...]:
    texts = _texts(given)
    addresses = [_address(text) for text in texts or ()]
    if not texts or None in addresses:
        raise ValueError("HOST:PORT")
    return tuple(address for address in addresses if address is not None)


def _names(given: object) -> tuple[str, ...]:
    texts = _texts(given)
    if not texts:
        raise ValueError("one or more names")
    return tuple(dict.fromkeys(texts))


def _patterns(given: object) -> tuple[str, ...]:
    texts = _texts(given)
    if not texts:
        raise ValueError("one or more patterns")
    for text in texts:
        parts_of(text)
    return tuple(dict.fromkeys(texts))


def _relations(given: object) -> tuple[str, ...]:
    texts = _texts(given)
    longest = 2
    if not texts or any(len(parts_of(text)) > longest for text in texts):
        raise ValueError("one or more patterns like schema or schema.table")
    return tuple(dict.fromkeys(texts))


def _objects(given: object) -> tuple[tuple[str, ObjectOptions], ...]:
    """What is set for objects, by path; tables within tables make one path, joined with dots."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    found = dict(_flat(given)) if isinstance(given, dict) else {"": {}}
    if "" in found:
        raise ValueError("a table of tables, one for each object (as flag or variable, a JSON object)")
    made = []
    for path, its in sorted(found.items()):
        try:
            made.append((path, read_options(its)))
        except ValueError as error:
            raise WrongPartError(f"of {path!r}, {error}") from None
    return tuple(made)


def _weights(given: object) -> CostWeights:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    if not isinstance(given, dict) or not given:
        raise ValueError("a table of weights (as flag or variable, a JSON object)")
    known = {each.name: None for each in fields(CostWeights)}
    for name, weight in given.items():
        if name not in known:
            raise WrongPartError(f"{name} is not known{suggestion(name, known)}")
        try:
            read_weight(weight)
        except ValueError as error:
            raise WrongPartError(f"{name} must be {error}, not {weight!r}") from None
    return CostWeights(**given)


def _shown_weights(value: object) -> str:
    """Those that are not as by default."""
    default = asdict(CostWeights())
    return json.dumps({name: each for name, each in _written_weights(value).items() if each != default[name]})


def _written_weights(value: object) -> dict[str, int]:
    return asdict(cast("CostWeights", value))


def _flat(table: dict[str, object], path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    own = {key: value for key, value in table.items() if not isinstance(value, dict)}
    if own:
        yield path, own
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}.{key}" if path else key)


def _shown_objects(value: object) -> str:
    return json.dumps(_written_objects(value), ensure_ascii=False) if value else "(not set)"


def _written_objects(value: object) -> dict[str, dict[str, str | bool | int]]:
    objects = cast("tuple[tuple[str, ObjectOptions], ...]", value)
    return {path: options.given() for path, options in objects}


def _role_budgets(given: object) -> tuple[tuple[str, RoleBudget], ...]:
    try:
        return read_role_budgets(given)
    except WrongBudgetError as error:
        raise WrongPartError(str(error)) from None


def _shown_role_budgets(value: object) -> str:
    return json.dumps(_written_role_budgets(value), ensure_ascii=False) if value else "(not set)"


def _written_role_budgets(value: object) -> dict[str, dict[str, int | float]]:
    budgets = cast("tuple[tuple[str, RoleBudget], ...]", value)
    return {role: budget.given() for role, budget in budgets}


def _share(given: object) -> float:
    largest = 0.5
    try:
        value = float(given) if isinstance(given, str | int | float) and not isinstance(given, bool) else -1.0
    except ValueError:
        value = -1.0
    if not 0 <= value <= largest or round(value, 3) != value:
        raise ValueError(f"a number from 0 to {largest:g}, of three decimals at most")
    return value


def _networks(given: object) -> tuple[Network, ...]:
    texts = _texts(given)
    try:
        networks = [network(text) for text in texts or ()]
    except ValueError:
        networks = []
    if not networks:
        raise ValueError("one or more addresses or networks (10.0.0.0/8, ::1)")
    return tuple(dict.fromkeys(networks))


def _origins(given: object) -> tuple[str, ...]:
    """Origins as browsers send them: they are compared with what is sent, sign by sign."""
    texts = _texts(given)
    if not texts or (texts != ["*"] and not all(map(_is_origin, texts))):
        raise ValueError(
            "one or more origins as browsers send them (https://app.example.com, without a path, "
            'a default port or capitals), or "*" alone'
        )
    return tuple(dict.fromkeys(texts))


def _is_origin(text: str) -> bool:
    match = _ORIGIN.fullmatch(text)
    if match is None:
        return False
    port = match["port"]
    return port is None or (int(port) <= MAX_PORT and int(port) != _DEFAULT_PORTS.get(match["scheme"]))


def _codings(given: object) -> tuple[str, ...]:
    texts = _texts(given)
    if not texts or (texts != [NO_CODING] and not set(texts) <= set(Coding)):
        raise ValueError(f"some of {', '.join(Coding)}, the preferred first, or {NO_CODING} alone")
    return tuple(dict.fromkeys(texts))


def _file(given: object) -> Path:
    if not isinstance(given, str) or not given:
        raise ValueError("the path of a file")
    return Path(given)


def _text(given: object) -> str:
    if not isinstance(given, str) or not given:
        raise ValueError("a text")
    return given


def _role(given: object) -> str:
    return check_role(given if isinstance(given, str) else "")


def _roles(given: object) -> tuple[str, ...]:
    texts = _texts(given)
    if not texts:
        raise ValueError("one or more names of roles")
    return tuple(dict.fromkeys(check_role(text) for text in texts))


def _claim(given: object) -> str:
    text = given if isinstance(given, str) else ""
    claim_path(text)
    return text


def _jwt_secret(given: object) -> str:
    # What is no text in UTF-8 loses those of its bytes that are none.
    if not isinstance(given, str) or len(given.encode(errors="ignore")) < SHORTEST_SECRET:
        raise ValueError(f"a text of at least {SHORTEST_SECRET} bytes, which HS256 needs")
    return given


def _jwks_url(given: object) -> str:
    text = given if isinstance(given, str) else ""
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
    except ValueError:  # of the port
        usable = False
    secure = usable and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)))
    if not secure or re.search(r"[^!-~]", text):
        raise ValueError("a URL https://… without user and password (http:// for this machine alone)")
    return text


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _secret(given: object) -> str:
    shortest = 16
    if not isinstance(given, str) or len(given) < shortest:
        raise ValueError(f"a text of at least {shortest} characters")
    return given


def _url(*schemes: str) -> Callable[[object], str]:
    wanted = " or ".join(f"{scheme}://…" for scheme in schemes)

    def read(given: object) -> str:
        if isinstance(given, str) and given.partition("://")[0] in schemes and given.partition("://")[2]:
            return given
        raise ValueError(f"a URL {wanted}")

    return read


def redact_url(url: str) -> str:
    """The URL without its password, wherever in it that stands."""
    scheme, separator, rest = url.partition("://")
    # A password may hold any sign unescaped: all up to the last "@" can be part of it.
    userinfo, at, address = rest.rpartition("@")
    user, colon, _ = userinfo.partition(":")
    if at and colon:
        rest = f"{user}:***@{address}"
    rest = re.sub(r"(?i)(password|passfile|sslpassword)=[^&]*", r"\1=***", rest)
    return scheme + separator + rest


def _shown_url(value: object) -> str:
    return _shown(redact_url(value) if isinstance(value, str) else value)


def _shown_secret(value: object) -> str:
    return _shown(value if value is None else "***")


SECONDS = Kind("SECONDS", _seconds, text=False)
SWITCH = Kind("", _switch, text=False)
ADDRESSES = Kind("HOST:PORT", _addresses, repeatable=True)
NAMES = Kind("NAME", _names, repeatable=True)
MODULES = Kind("MODULE", _names, repeatable=True)
PATTERNS = Kind("PATTERN", _patterns, repeatable=True)
RELATIONS = Kind("PATTERN", _relations, repeatable=True)
CODINGS = Kind("CODINGS", _codings)
ORIGINS = Kind("ORIGIN", _origins, repeatable=True)
OBJECTS = Kind("JSON", _objects, _shown_objects, _written_objects, text=False)
WEIGHTS = Kind("JSON", _weights, _shown_weights, _written_weights, text=False)
FILE = Kind("FILE", _file)
TEXT = Kind("TEXT", _text)
ROLE_BUDGETS = Kind("JSON", _role_budgets, _shown_role_budgets, _written_role_budgets, text=False)
PER_SECOND = Kind("N", read_per_second, text=False)
SHARE = Kind("N", _share, text=False)
NETWORKS = Kind("NETWORK", _networks, repeatable=True)
ROLE = Kind("ROLE", _role)
ROLES = Kind("ROLE", _roles, repeatable=True)
CLAIM = Kind("CLAIM", _claim)
JWKS_URL = Kind("URL", _jwks_url, secret=True)
JWT_SECRET = Kind("TEXT", _jwt_secret, _shown_secret, secret=True)
SECRET = Kind("TEXT", _secret, _shown_secret, secret=True)
DATABASE_URL = Kind("URL", _url("postgresql", "postgres"), _shown_url, secret=True)
REDIS_URL = Kind("URL", _url("redis", "rediss", "unix"), _shown_url, secret=True)
