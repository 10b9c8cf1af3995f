from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StartupError
from resolvers.cost_weights import CostWeights
from schema.object_options import ObjectOptions
from server.setting_kinds import Address, redact_url
from server.settings import DEFINITIONS, Settings, resolve


@pytest.fixture(autouse=True)
def no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory without a settings file."""
    monkeypatch.chdir(tmp_path)


def settings(flags: dict[str, Any] | None = None, /, **variables: Any) -> Settings:
    environment = {f"LOADSTONE_{name.upper()}": value for name, value in variables.items()}
    return resolve(flags=flags or {}, environment=environment).settings


def message(flags: dict[str, Any] | None = None, /, **variables: Any) -> str:
    with pytest.raises(StartupError) as caught:
        settings(flags, **variables)
    return str(caught.value)


def test_flag_beats_variable_beats_file_beats_default(tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_text("page_size = 2\nmax_page_size = 20\npool_size = 3\n")
    environment = {"LOADSTONE_PAGE_SIZE": "4", "LOADSTONE_POOL_SIZE": "5", "PATH": "/bin"}
    resolved = resolve(flags={"pool_size": "6"}, environment=environment)
    found = resolved.settings
    assert (found.max_page_size, found.page_size, found.pool_size, found.workers) == (20, 4, 6, 1)
    assert [resolved.origins[name] for name in ("max_page_size", "page_size", "pool_size", "workers")] == [
        "loadstone.toml",
        "variable LOADSTONE_PAGE_SIZE",
        "flag --pool-size",
        "default",
    ]


def test_the_file_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("page_size = 2\n")
    (tmp_path / "b.toml").write_text("page_size = 3\n")
    environment = {"LOADSTONE_CONFIG": "a.toml"}
    assert resolve(flags={}, environment=environment).settings.page_size == 2
    assert resolve(flags={}, environment=environment, config=tmp_path / "b.toml").settings.page_size == 3


def test_an_empty_variable_is_not_set() -> None:
    assert settings(page_size="").page_size == 50


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("database_url", "postgres://h/x", "postgres://h/x"),
        ("redis_url", "unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("bind", "[::1]:80, h:0", (Address("::1", 80), Address("h", 0))),
        ("workers", " 8 ", 8),
        ("schemas", "a,b,a", ("a", "b")),
        ("production", "Yes", True),
        ("production", "0", False),
        ("request_timeout", "2.5", 2.5),
        ("include", "public.*,a.b.c,public.*", ("public.*", "a.b.c")),
        ("objects", '{"public.a": {"name": "B"}}', (("public.a", ObjectOptions(name="B")),)),
        ("cost_weights", '{"mutation": 20}', CostWeights(mutation=20)),
        (
            "cors_origins",
            "https://a.example.com, http://[::1]:3000",
            ("https://a.example.com", "http://[::1]:3000"),
        ),
        (
            "cors_origins",
            "capacitor://localhost,https://xn--bcher-kva.example:8443",
            ("capacitor://localhost", "https://xn--bcher-kva.example:8443"),
        ),
        ("cors_origins", "*", ("*",)),
        ("compression", "gzip, zstd,gzip", ("gzip", "zstd")),
        ("compression", "off", ("off",)),
        ("jwt_secret", "é" * 16, "é" * 16),
        ("jwt_jwks_url", "https://a.b/keys?x=1", "https://a.b/keys?x=1"),
        ("jwt_jwks_url", "http://localhost:9000", "http://localhost:9000"),
        ("jwt_jwks_url", "http://[::1]/keys", "http://[::1]/keys"),
        ("jwt_jwks_url", "http://127.0.0.9/keys", "http://127.0.0.9/keys"),
        ("jwt_roles", "traveller, clerk,traveller", ("traveller", "clerk")),
        ("anonymous_role", "é" * 31, "é" * 31),
    ],
)
def test_variables_are_read_by_kind(name: str, text: str, value: object) -> None:
    assert getattr(settings(**{name: text}), name) == value


def test_repeated_flags_add_up() -> None:
    found = settings({"bind": ["h:1", "h:2,h:3"]})
    assert [address.port for address in found.bind] == [1, 2, 3]


def test_tables_of_objects_may_be_nested(tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_text(
        '[objects."public.a b"]\nname = "Ab"\nhidden = false\n'
        "[objects.public.track]\nmax_page_size = 9\nid.read_only = true\n"
    )
    assert settings().objects == (
        ("public.a b", ObjectOptions(name="Ab", hidden=False)),
        ("public.track", ObjectOptions(max_page_size=9)),
        ("public.track.id", ObjectOptions(read_only=True)),
    )


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ('name = "1st"', "name must be a GraphQL name, not '1st'"),
        ("name = 1", "name must be a GraphQL name, not 1"),
        ("hidden = 1", "hidden must be true or false, not 1"),
        ('read_only = "yes"', "read_only must be true or false, not 'yes'"),
        ("description = []", "description must be a text, not []"),
        ("page_size = 0", "page_size must be a whole number from 1 to 1000000, not 0"),
        ("max_page_size = true", "max_page_size must be a whole number from 1 to 1000000, not True"),
        ("page_size = 3\nmax_page_size = 2", "page_size (3) must not be greater than max_page_size (2)"),
        ("cost = -1", "cost must be a whole number from 0 to 1000000, not -1"),
        ("hiden = true", "hiden is not known; did you mean hidden?"),
    ],
)
def test_what_is_wrong_with_an_object_is_told_by_its_path(toml: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_text(f'[objects."public.track"]\n{toml}\n')
    assert message() == f"objects: of 'public.track', {wrong} (loadstone.toml)"


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ("mutations = 3", "mutations is not known; did you mean mutation?"),
        ("mutation = true", "mutation must be a whole number from 0 to 1000000, not True"),
    ],
)
def test_what_is_wrong_with_a_weight_is_told_by_its_name(toml: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_text(f"[cost_weights]\n{toml}\n")
    assert message() == f"cost_weights: {wrong} (loadstone.toml)"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("workers", "two"),
        ("workers", "0"),
        ("workers", "1.0"),
        ("workers", "9" * 30),
        ("max_body_bytes", "-1"),
        ("request_timeout", "0"),
        ("request_timeout", "nan"),
        ("request_timeout", "inf"),
        ("production", "perhaps"),
        ("bind", "8000"),
        ("bind", "localhost"),
        ("bind", "h:65536"),
        ("bind", "http://h:80"),
        ("schemas", ","),
        ("include", "a.b.c.d"),
        ("exclude", "public..password"),
        ("exclude", ","),
        ("objects", "[]"),
        ("objects", "{"),
        ("objects", '{"name": "A"}'),
        ("cost_weights", "{}"),
        ("cost_weights", "[1]"),
        ("server", "apache"),
        ("hsts_seconds", "-1"),
        *(
            ("cors_origins", text)
            for text in (
                ",",
                "null",
                "app.example.com",
                "https://app.example.com/",
                "https://app.example.com/path",
                "https://app.example.com:443",
                "http://app.example.com:80",
                "https://app.example.com:65536",
                "https://app.example.com.",
                "https://App.example.com",
                "https://bücher.example",
                "https://*.example.com",
                "https://user@app.example.com",
                "https://app.example.com,*",
                "//app.example.com",
            )
        ),
        ("compression", "deflate"),
        ("compression", "gzip,off"),
        ("compression", ","),
        ("jwt_role_claim", "realm..role"),
        ("jwt_role_claim", '"role'),
        ("jwt_roles", "traveller,none"),
        ("anonymous_role", "none"),
        ("anonymous_role", "r" * 64),
    ],
)
def test_a_wrong_value_names_the_setting_and_where_it_came_from(name: str, text: str) -> None:
    line = message(**{name: text})
    assert line.startswith(f"{name} must be ")
    assert line.endswith(f", not {text!r} (variable LOADSTONE_{name.upper()})")


@pytest.mark.parametrize("toml", ['workers = "2"', "workers = true", "workers = 2.0", "production = 1"])
def test_types_of_the_file(toml: str, tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_text(toml)
    assert message().endswith("(loadstone.toml)")


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example.com/keys",
        "http://127.0.0.1.example.com/keys",
        "http://2130706433/keys",
        "http://10.0.0.1/keys",
        "file:///etc/keys",
        "https://",
        "https:///keys",
        "https://user:s3cret@issuer.example.com/keys",
        "https://localhost@issuer.example.com/keys",
        "https://issuer.example.com:0/keys",
        "https://issuer.example.com:x/keys",
        "https://issuer.example.com/a b",
        "https://issuer.example.com/\r\nHost: x",
        "https://issu\u00e9r.example.com/",
        "issuer.example.com/keys",
    ],
)
def test_keys_come_by_https_or_from_this_machine(url: str) -> None:
    assert message(jwt_jwks_url=url) == (
        "jwt_jwks_url must be a URL https://… without user and password (http:// for this machine alone) "
        "(variable LOADSTONE_JWT_JWKS_URL)"
    )


@pytest.mark.parametrize("secret", ["x" * 31, "é" * 15 + "x", "\udcff" * 31])
def test_a_secret_is_long_enough_for_its_algorithm(secret: str) -> None:
    assert message(jwt_secret=secret) == (
        "jwt_secret must be a text of at least 32 bytes, which HS256 needs (variable LOADSTONE_JWT_SECRET)"
    )


@pytest.mark.parametrize("name", ["database_url", "redis_url", "cursor_key", "jwt_secret"])
def test_a_wrong_secret_is_not_repeated(name: str) -> None:
    assert "s3cret" not in message(**{name: "s3cret"})


def test_what_is_unknown_is_named_with_what_is_near(tmp_path: Path) -> None:
    assert message(databse_url="x") == (
        "unknown variable LOADSTONE_DATABSE_URL; did you mean LOADSTONE_DATABASE_URL?"
    )
    (tmp_path / "loadstone.toml").write_text("worker = 2")
    assert message() == "unknown setting worker in loadstone.toml; did you mean workers?"


@pytest.mark.parametrize("content", [b"page_size = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "loadstone.toml").write_bytes(content)
    assert message().startswith("the settings file loadstone.toml is not valid TOML: ")


def test_settings_that_do_not_go_together() -> None:
    assert message(page_size="9", max_page_size="8") == (
        "page_size (9, variable LOADSTONE_PAGE_SIZE) must not be greater than "
        "max_page_size (8, variable LOADSTONE_MAX_PAGE_SIZE)"
    )
    assert message(tls_key="k") == "tls_key is set (variable LOADSTONE_TLS_KEY) but tls_cert is not"
    assert message(tls_bind="h:1") == "tls_bind is set (variable LOADSTONE_TLS_BIND) but tls_cert is not"
    for name in ("jwt_audience", "jwt_issuer", "jwt_role_claim"):
        assert message(**{name: "a"}) == (
            f"{name} is set (variable LOADSTONE_{name.upper()}) but nothing that tokens are verified with: "
            "jwt_secret, jwt_key_file or jwt_jwks_url"
        )


def test_authentication_is_on_when_something_says_who_asks() -> None:
    assert not settings().authenticates
    for variables in (
        {"anonymous_role": "a"},
        {"api_keys_file": "k"},
        {"jwt_secret": "s" * 32},
        {"jwt_key_file": "k"},
        {"jwt_jwks_url": "https://a/"},
    ):
        found = settings(**variables)
        assert found.authenticates
        assert found.accepts_tokens == next(iter(variables)).startswith("jwt_")


def test_production_decides_what_is_not_set_by_itself() -> None:
    plain, production = settings(), settings(production="on")
    assert (plain.ide, plain.introspection, plain.explain, plain.suggestions) == (True,) * 4
    assert (production.ide, production.introspection, production.explain, production.suggestions) == (
        (False,) * 4
    )
    opened = settings(production="on", ide="on", introspection="on")
    assert (opened.ide, opened.introspection, opened.explain, opened.suggestions) == (
        True,
        True,
        False,
        False,
    )
    assert not settings(introspection="off").suggestions


def test_every_setting_is_shown_with_its_origin_and_no_secret() -> None:
    variables = {
        "database_url": "postgresql://me:s3cret@h/x?password=s3cret",
        "redis_url": "redis://:s3cret@h/0",
        "cursor_key": "s3cret s3cret s3cret",
        "jwt_secret": "s3cret s3cret s3cret s3cret s3cret",
    }
    environment = {f"LOADSTONE_{name.upper()}": value for name, value in variables.items()}
    lines = resolve(flags={}, environment=environment).lines()
    assert [line.partition(" = ")[0] for line in lines] == list(DEFINITIONS)
    assert "s3cret" not in "".join(lines)
    shown = 'database_url = "postgresql://me:***@h/x?password=***"'
    assert lines[0] == f"{shown}  # variable LOADSTONE_DATABASE_URL"
    assert all("  # " in line for line in lines)


@given(
    user=st.text("ab%2F", min_size=1),
    password=st.text("p:@/?#[]%", min_size=1).filter(lambda text: not text.startswith("@")),
)
def test_no_password_survives_in_a_shown_url(user: str, password: str) -> None:
    shown = redact_url(f"postgresql://{user}:{password}SECRET@host:5432/name?sslmode=require")
    assert shown == f"postgresql://{user}:***@host:5432/name?sslmode=require"


@pytest.mark.parametrize(
    "url", ["postgresql:///x", "postgresql://h/x", "postgresql://me@/x?host=/run", "redis://h"]
)
def test_a_url_without_password_is_shown_whole(url: str) -> None:
    assert redact_url(url) == url


def test_settings_survive_the_way_to_a_worker() -> None:
    found = settings(
        {"bind": ["[::1]:80"], "schemas": ["a", "b"]},
        database_url="postgres://h/x",
        tls_cert="c",
        tls_key="k",
        production="on",
        objects='{"a.b": {"name": "B", "hidden": false}, "a": {"page_size": 3}}',
        exclude="a.*.c",
        request_timeout="1.5",
        jwt_secret="s" * 32,
        jwt_key_file="keys.pem",
        jwt_jwks_url="https://a/",
        jwt_audience="a,b",
        jwt_role_claim='"a.b".c',
        jwt_roles="a,b",
        anonymous_role="a",
        api_keys_file="keys.toml",
        compression="off",
    )
    assert found.codings == ()
    assert Settings.from_raw(json.loads(json.dumps(found.raw()))) == found


def test_instances_with_one_database_share_the_cursor_key() -> None:
    one, same = (settings(database_url="postgres://h/x") for _ in range(2))
    other = settings(database_url="postgres://h/y")
    own = settings(database_url="postgres://h/x", cursor_key="k" * 16)
    assert one.cursor_key_bytes == same.cursor_key_bytes
    assert len({each.cursor_key_bytes for each in (one, other, own)}) == 3
    assert len(own.cursor_key_bytes) == 32


def test_the_example_file_shows_every_setting(tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "loadstone.toml").read_text()
    assert tomllib.loads(example) == {}
    uncommented = re.sub(r"(?m)^#(?=[a-z_]+ = |\[)", "", example)
    (tmp_path / "loadstone.toml").write_text(uncommented)
    resolved = resolve(flags={}, environment={})
    assert set(resolved.origins.values()) == {"loadstone.toml"}
    without_default = {
        *(
            "database_url",
            "schemas",
            "include",
            "exclude",
            "objects",
            "extensions",
            "views_without_rls",
            "tls_bind",
            "role_budgets",
            "trusted_proxies",
            "tls_cert",
            "tls_key",
            "redis_url",
            "cors_origins",
            "jwt_secret",
            "jwt_key_file",
            "jwt_jwks_url",
            "jwt_audience",
            "jwt_issuer",
            "jwt_roles",
            "anonymous_role",
            "api_keys_file",
            "trusted_documents",
            "cursor_key",
        )
    }
    default = Settings()
    for name in DEFINITIONS.keys() - without_default:
        assert getattr(resolved.settings, name) == getattr(default, name)


def test_each_is_in_the_documentation() -> None:
    root = Path(__file__).parents[2]
    documented = re.findall(r"(?m)^\| (`.*?) \|", (root / "docs/configuration.md").read_text())
    names = {name for row in documented for name in re.findall(r"`(\w+)`", row)}
    example = re.findall(r"(?m)^#?\[?(\w+)", (root / "loadstone.toml").read_text())
    assert not DEFINITIONS.keys() - names
    assert not DEFINITIONS.keys() - set(example)
