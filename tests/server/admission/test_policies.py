"""Which budget callers have, and who counts as the same caller."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from core.errors import StartupError
from db.identity import LOGIN, Identity
from server.admission.bucket import Policy
from server.admission.policies import bucket_key, policies_of
from server.settings import Settings, resolve


def settings(**variables: str) -> Settings:
    return resolve(
        flags={}, environment={f"LOADSTONE_{name.upper()}": text for name, text in variables.items()}
    ).settings


def test_there_is_no_budget_unless_one_is_set() -> None:
    assert not policies_of(settings()).any
    assert not policies_of(settings(role_budgets='{"clerk": {"points": 0}}')).any


def test_roles_have_the_common_budget_or_their_own() -> None:
    budgets = '{"clerk": {"points": 50}, "robot": {"points": 9000, "per_second": 0.5}, "boss": {"points": 0}}'
    policies = policies_of(settings(budget_points="1000", budget_per_second="20", role_budgets=budgets))
    assert policies.any
    assert policies.of(None) == policies.of("anyone") == Policy(1000, 20_000)
    assert policies.of("clerk") == Policy(50, 20_000)
    assert policies.of("robot") == Policy(9000, 500)
    assert policies.of("boss") is None


def test_only_a_role_has_a_budget() -> None:
    policies = policies_of(settings(role_budgets='{"robot": {"points": 10}}'))
    assert policies.any
    assert policies.of("anyone") is None


def test_budgets_that_hardly_come_back_are_refused() -> None:
    with pytest.raises(StartupError, match="30 days"):
        policies_of(settings(budget_points="1000000", budget_per_second="0.1"))
    with pytest.raises(StartupError, match="role_budgets, of 'robot'"):
        policies_of(settings(role_budgets='{"robot": {"points": 1000000, "per_second": 0.1}}'))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("budget_points", "-1", "a whole number from 0 to"),
        ("budget_per_second", "0", "a number above 0"),
        ("budget_per_second", "0.0001", "three decimals"),
        ("budget_per_second", "1e3", "a number above 0"),
        ("budget_lease_share", "0.6", "a number from 0 to 0.5"),
        ("budget_lease_share", "nan", "a number from 0 to 0.5"),
        ("role_budgets", "[]", "a table of tables"),
        ("role_budgets", '{"a": 1}', "a table of tables"),
        ("role_budgets", '{"a": {"point": 1}}', "of 'a', point is not known; did you mean points?"),
        ("role_budgets", '{"a": {"points": -1}}', "of 'a', points must be a whole number"),
        ("role_budgets", '{"a": {}}', "of 'a', points must be a whole number"),
        ("role_budgets", '{"a": {"points": 1, "per_second": "x"}}', "of 'a', per_second must be a number"),
        ("role_budgets", '{"": {"points": 1}}', "the name of a role"),
        ("trusted_proxies", "10.0.0.1/8", "one or more addresses or networks"),
        ("trusted_proxies", "proxy.example.com", "one or more addresses or networks"),
    ],
)
def test_what_cannot_be_set(name: str, text: str, told: str) -> None:
    with pytest.raises(StartupError) as caught:
        settings(**{name: text})
    assert str(caught.value).startswith(name)
    assert told in str(caught.value)


def test_settings_survive_the_way_to_a_worker() -> None:
    found = settings(
        budget_points="10",
        budget_per_second="0.25",
        role_budgets='{"a": {"points": 1}, "b": {"points": 2, "per_second": 3.5}}',
        budget_lease_share="0.05",
        trusted_proxies="10.0.0.0/8, ::1",
    )
    assert Settings.from_raw(json.loads(json.dumps(found.raw()))) == found


def key(identity: Identity, network: str = "") -> str:
    return bucket_key(identity, is_anonymous=bool(network), network=network)


def test_anonymous_callers_are_told_apart_by_where_they_come_from() -> None:
    assert key(LOGIN, "1.1.1.1") == key(Identity("visitor"), "1.1.1.1") != key(LOGIN, "1.1.1.2")


def test_others_are_told_apart_by_who_they_are() -> None:
    token = Identity("clerk", '{"sub":"ada","exp":1}')
    assert key(token) == key(Identity("clerk", '{"sub":"ada","exp":2,"jti":"x"}'))
    different = [
        token,
        Identity("clerk", '{"sub":"eve","exp":1}'),
        Identity("clerk", '{"sub":"ada","iss":"elsewhere"}'),
        Identity("boss", '{"sub":"ada"}'),
        Identity("clerk", '{"tenant":1}'),
        Identity("clerk", '{"tenant":2}'),
        Identity("clerk", '{"sub":""}'),
        Identity("clerk", '{"sub":["ada"]}'),
        Identity("clerk"),
        Identity("clerk", name="first key"),
        Identity("clerk", name="second key"),
        Identity("clerk", name="ada"),
        Identity("boss", name="first key"),
    ]
    assert all(key(one) != key(other) for one, other in combinations(different, 2))
    assert key(Identity("clerk", '{"sub":"ada"}', "first key")) == key(Identity("clerk", name="first key"))
