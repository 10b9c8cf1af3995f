"""Tokens: which are taken, and that every attack on them is refused."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.identity import Identity
from server.http.errors import HttpError
from server.identity.algorithms import RSA_ALGORITHMS
from server.identity.keys import Keys, keys_of_jwks, keys_of_secret, secret_key
from server.identity.role_claim import claim_path
from server.identity.tokens import MAX_BYTES, FixedKeys, TokenRules, TokenVerifier
from tests.support.tokens import (
    NOW,
    PRIVATE_KEYS,
    SECRET,
    base64url,
    claims,
    compact,
    public_jwk,
    public_pem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ALL_PUBLIC = keys_of_jwks({"keys": [public_jwk(name) for name in PRIVATE_KEYS]})


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def verifier(
    keys: Keys | None = None, *, now: Callable[[], float] = lambda: NOW, kept: int = 10, **rules: Any
) -> TokenVerifier:
    return TokenVerifier(
        FixedKeys(keys_of_secret(SECRET) if keys is None else keys), TokenRules(**rules), kept=kept, now=now
    )


async def refused(token: str, by: TokenVerifier | None = None, status: int = 401) -> str:
    """Why a token is not taken."""
    with pytest.raises(HttpError) as caught:
        await (verifier() if by is None else by).identify(token)
    error = caught.value
    assert error.status == status
    assert error.extensions == {"code": {401: "UNAUTHENTICATED", 403: "FORBIDDEN"}[status]}
    fields = dict(error.headers)
    code = {401: "invalid_token", 403: "insufficient_scope"}[status]
    challenge = f'Bearer error="{code}", error_description="{error.message}"'
    assert fields[b"www-authenticate"].decode() == challenge
    assert not any(len(part) > 3 and part in challenge for part in token.split("."))
    return error.message


# Those that are taken -----------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", sorted({*RSA_ALGORITHMS, "ES256", "ES384", "ES512", "EdDSA", "Ed448"}))
async def test_public_keys_verify_all_their_algorithms(algorithm: str) -> None:
    key = PRIVATE_KEYS["RS256" if algorithm in RSA_ALGORITHMS else algorithm]
    token = compact(claims(), "EdDSA" if algorithm == "Ed448" else algorithm, key)
    assert (await verifier(ALL_PUBLIC).identify(token)).role == "traveller"


@pytest.mark.parametrize(("length", "algorithms"), [(32, 1), (47, 1), (48, 2), (63, 2), (64, 3)], ids=str)
async def test_a_secret_verifies_what_it_is_long_enough_for(length: int, algorithms: int) -> None:
    secret = "s" * length
    by = verifier(keys_of_secret(secret))
    for number, algorithm in enumerate(("HS256", "HS384", "HS512"), 1):
        token = compact(claims(), algorithm, secret)
        if number <= algorithms:
            assert (await by.identify(token)).role == "traveller"
        else:
            assert "algorithm" in await refused(token, by)


async def test_claims_are_the_text_that_was_signed() -> None:
    text = f'{{"role":"traveller", "exp": {NOW + 60}.0,\n"big":{2**70},"e":1.50,"name":"Zoë \\u00e9"}}'
    identity = await verifier().identify(compact(text.encode()))
    assert identity == Identity("traveller", text)


async def test_what_other_libraries_make_is_taken() -> None:
    token = jwt.encode(claims(iat=NOW, nbf=NOW), SECRET)
    assert (await verifier().identify(token)).role == "traveller"


# Attacks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "c2ln"])
async def test_unsigned(name: str, signature: str) -> None:
    head, body = (base64url(json.dumps(part).encode()) for part in ({"alg": name}, claims()))
    for keys in (None, ALL_PUBLIC):
        assert "algorithm" in await refused(f"{head}.{body}.{signature}", verifier(keys))


@pytest.mark.parametrize("form", ["pem", "pem stripped", "jwk", "der"])
async def test_a_public_key_is_no_secret(form: str) -> None:
    pem = public_pem("RS256")
    secret = {
        "pem": pem.encode(),
        "pem stripped": pem.strip().encode(),
        "jwk": json.dumps(public_jwk("RS256")).encode(),
        "der": b"".join(line.encode() for line in pem.splitlines()[1:-1]),
    }[form]
    token = compact(claims(), "HS256", secret)
    assert "algorithm" in await refused(token, verifier(ALL_PUBLIC))
    assert "signature" in await refused(token, verifier(ALL_PUBLIC + keys_of_secret(SECRET)))


async def test_a_key_verifies_no_other_familys_algorithm() -> None:
    for name, private in PRIVATE_KEYS.items():
        algorithm = "EdDSA" if name == "Ed448" else name
        token = compact(claims(), algorithm, private)
        for other in PRIVATE_KEYS:
            if {name, other} <= {"EdDSA", "Ed448"}:
                continue  # one algorithm: the signature is wrong
            if other != name:
                by = verifier(keys_of_jwks({"keys": [public_jwk(other)]}))
                assert "algorithm" in await refused(token, by)


async def test_a_key_may_say_that_it_has_one_algorithm() -> None:
    by = verifier(keys_of_jwks({"keys": [public_jwk("RS256", alg="RS384")]}))
    assert "algorithm" in await refused(compact(claims(), "RS256", PRIVATE_KEYS["RS256"]), by)
    assert (await by.identify(compact(claims(), "RS384", PRIVATE_KEYS["RS256"]))).role == "traveller"


async def test_signatures_that_are_not_the_keys() -> None:
    token = compact(claims())
    head, body, signature = token.split(".")
    other = base64url(json.dumps(claims(role="clerk")).encode())
    assert "signature" in await refused(f"{head}.{other}.{signature}")
    assert "signature" in await refused(f"{head}.{body}.{signature[:-4]}")
    assert "signature" in await refused(f"{head}.{body}.")
    assert "signature" in await refused(compact(claims(), key="another secret of that very length"))
    ecdsa = compact(claims(), "ES256", PRIVATE_KEYS["ES256"]).rpartition(".")[0]
    for forged in (base64url(bytes(64)), base64url(b"\xff" * 64), base64url(bytes(9))):  # r = s = 0
        assert "signature" in await refused(f"{ecdsa}.{forged}", verifier(ALL_PUBLIC))


@given(position=st.integers(0, 10**6), sign=st.characters(min_codepoint=33, max_codepoint=126))
async def test_a_token_that_was_changed_makes_nobody_else(position: int, sign: str) -> None:
    by = verifier()
    token = compact(claims())
    place = position % len(token)
    changed = token[:place] + sign + token[place + 1 :]
    identity = None
    with suppress(HttpError):
        identity = await by.identify(changed)
    if identity is not None:  # the last sign of the signature has bits that say nothing
        assert changed == token or place == len(token) - 1
        assert identity == await by.identify(token)


async def test_keys_in_the_token_are_not_looked_at() -> None:
    mine = public_jwk("ES256")
    header = {"alg": "ES256", "jwk": mine, "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/"}
    token = compact(claims(), "ES256", PRIVATE_KEYS["ES256"], header)
    assert "algorithm" in await refused(token, verifier(keys_of_jwks({"keys": [public_jwk("ES384")]})))


async def test_key_ids_choose_among_keys() -> None:
    first, second = secret_key(b"1" * 32, "first"), secret_key(b"2" * 32, "second")
    by = verifier(Keys((first, second)))

    def token(kid: object, secret: str) -> str:
        return compact(claims(), "HS256", secret, {"alg": "HS256", "kid": kid})

    assert (await by.identify(token("second", "2" * 32))).role == "traveller"
    assert "signature" in await refused(token("first", "2" * 32), by)
    assert "key that is not known" in await refused(token("third", "2" * 32), by)
    assert "key that is not known" in await refused(token("../../dev/null", "2" * 32), by)
    assert "well-formed" in await refused(token(["second"], "2" * 32), by)
    assert (await by.identify(compact(claims(), "HS256", "2" * 32))).role == "traveller"


@pytest.mark.parametrize("crit", [["exp"], [], ["b64"], "exp", None])
async def test_critical_extensions(crit: object) -> None:
    token = compact(claims(), header={"alg": "HS256", "crit": crit, "b64": True})
    assert "critical" in await refused(token)


async def test_a_payload_that_is_not_encoded() -> None:
    assert "well-formed" in await refused(compact(claims(), header={"alg": "HS256", "b64": False}))


@pytest.mark.parametrize(
    "payload",
    [
        b'{"role":"traveller","role":"clerk","exp":%d}',
        b'{"role":"traveller","\\u0072ole":"clerk","exp":%d}',
        b'{"role":"traveller","exp":%d,"a":[{"b":1,"b":1}]}',
    ],
)
async def test_members_that_stand_there_twice(payload: bytes) -> None:
    assert "twice" in await refused(compact(payload % (NOW + 60)))
    header = b'{"alg":"none","alg":"HS256"}'
    assert "twice" in await refused(compact(claims(), header=header))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'"role"',
        b"null",
        b"{'role':1}",
        b'{"role":"traveller","exp":%d} {}',
        b'\xef\xbb\xbf{"role":"traveller","exp":%d}',
        b'{"role":"traveller","exp":%d,}',
        b'{"role":"traveller","exp":%d,"a":NaN}',
        b'{"role":"traveller","exp":%d,"a":1e999}',
        b'{"role":"traveller","exp":Infinity}',
        b'{"role":"traveller","exp":%d,"a":"\\u0000"}',
        b'{"role":"traveller","exp":%d,"a\\u0000":1}',
        b'{"role":"traveller","exp":%d,"a":"\x00"}',
        b'{"role":"traveller","exp":%d,"a":"\\ud800"}',
        b'{"role":"traveller","exp":%d,"a":"\xff"}',
        b'{"role":"traveller","exp":%d,"a":' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"role":"traveller","exp":%d,"a":' + b"[" * 2900 + b"]" * 2900 + b"}",
        b'{"role":"traveller","exp":%d,"a":' + b"9" * 4400 + b"}",
    ],
)
async def test_payloads_that_two_readers_could_take_differently(payload: bytes) -> None:
    whole = payload % (NOW + 60) if b"%d" in payload else payload
    assert "well-formed" in await refused(compact(whole))


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b", "a.b.c.d", "a b.c.d", "e30.e30.", "e30=.e30.e30", "é.e30.e30", "e30.e30.e30\n"],
)
async def test_texts_that_are_no_token(token: str) -> None:
    assert "well-formed" in await refused(token)


@pytest.mark.parametrize("header", [b"{}", b"[]", b'{"alg":1}', b'{"alg":null}', b'{"alg":["HS256"]}'])
async def test_headers_without_an_algorithm(header: bytes) -> None:
    assert "well-formed" in await refused(compact(claims(), header=header))


async def test_long_tokens_are_not_looked_at() -> None:
    def token(length: int) -> str:
        return compact(claims(a="x" * length))

    shortest = len(token(0))
    fits = (MAX_BYTES - shortest) * 3 // 4 - 3
    assert len(token(fits)) > MAX_BYTES - 9
    assert (await verifier().identify(token(fits))).role == "traveller"
    assert "longer than 8192 bytes" in await refused(token(fits + 9))


# What must hold -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"exp": None}, "does not say when it expires"),
        ({"exp": str(NOW + 60)}, "exp of the token is no number"),
        ({"exp": True}, "exp of the token is no number"),
        ({"exp": [NOW + 60]}, "exp of the token is no number"),
        ({"nbf": "0"}, "nbf of the token is no number"),
        ({"iat": {}}, "iat of the token is no number"),
        ({"iat": 10**400}, "not well-formed"),
        ({"role": None}, "names no role"),
        ({"role": {"name": "clerk"}}, "is no text"),
        ({"role": ["clerk"]}, "is no text"),
        ({"role": 7}, "is no text"),
        ({"role": True}, "is no text"),
    ],
)
async def test_claims_that_are_missing_or_none(changed: dict[str, Any], why: str) -> None:
    assert why in await refused(compact(claims(**changed)))


async def test_a_role_that_is_null() -> None:
    assert "names no role" in await refused(compact(b'{"role":null,"exp":%d}' % (NOW + 60)))
    assert "no number" in await refused(compact(b'{"role":"traveller","exp":null}'))


@pytest.mark.parametrize("role", ["", "none", "r" * 64, "é" * 32])
async def test_roles_that_are_none(role: str) -> None:
    """PostgreSQL would take `none` for the login role."""
    assert "not allowed" in await refused(compact(claims(role=role)), status=403)


async def test_roles_that_are_not_allowed() -> None:
    by = verifier(roles=frozenset({"traveller", "clerk"}))
    assert (await by.identify(compact(claims(role="clerk")))).role == "clerk"
    for role in ("postgres", "Clerk", "clerk ", "clerk\n"):
        assert "not allowed" in await refused(compact(claims(role=role)), by, status=403)


@pytest.mark.parametrize(
    ("name", "good", "bad", "why"),
    [
        ("exp", NOW - 29, NOW - 30, "has expired"),
        ("nbf", NOW + 30, NOW + 31, "does not hold yet"),
        ("iat", NOW + 30, NOW + 31, "issued in the future"),
        ("exp", NOW - 29.5, NOW - 30.0, "has expired"),
        ("exp", 1e300, -1e300, "has expired"),
    ],
)
async def test_clocks_may_differ_by_thirty_seconds(name: str, good: float, bad: float, why: str) -> None:
    assert (await verifier().identify(compact(claims(**{name: good})))).role == "traveller"
    assert why in await refused(compact(claims(**{name: bad})))


async def test_audiences() -> None:
    by = verifier(audience=frozenset({"api", "admin"}))
    for good in ("api", ["other", "admin"]):
        assert (await by.identify(compact(claims(aud=good)))).role == "traveller"
    for bad in (None, "ap", "api ", "other", [], ["other"], ["API"], {"api": 1}, [["api"]], 1):
        assert "another audience" in await refused(compact(claims(aud=bad)), by)
    assert (await verifier().identify(compact(claims(aud="whoever")))).role == "traveller"


async def test_issuers() -> None:
    by = verifier(issuer="https://a/")
    assert (await by.identify(compact(claims(iss="https://a/")))).role == "traveller"
    for bad in (None, "https://a", "https://a/b", ["https://a/"], 1):
        assert "another issuer" in await refused(compact(claims(iss=bad)), by)


async def test_the_role_may_stand_elsewhere() -> None:
    by = verifier(role_claim=claim_path('"https://example.com/claims".db.role'))
    nested = {"https://example.com/claims": {"db": {"role": "clerk"}}}
    assert (await by.identify(compact(claims(**nested)))).role == "clerk"
    assert "names no role" in await refused(compact(claims()), by)
    assert "names no role" in await refused(compact(claims(**{"https://example.com/claims": "db"})), by)


# Those that are known -----------------------------------------------------------------------------------


async def test_a_known_token_gives_the_same_identity_until_it_expires() -> None:
    clock = Clock()
    by = verifier(now=clock)
    token = compact(claims())
    assert by.known(token) is None
    identity = await by.identify(token)
    assert by.known(token) is identity
    assert await by.identify(token) is identity
    clock.now = NOW + 60 + 29.9
    assert by.known(token) is identity
    clock.now = NOW + 60 + 30
    assert by.known(token) is None
    assert "expired" in await refused(token, by)
    assert by.count == 0


async def test_tokens_that_are_not_taken_are_not_kept() -> None:
    by = verifier()
    for token in (compact(claims(exp=1)), compact(claims(), key="x" * 32), "a.b.c"):
        await refused(token, by)
    assert by.count == 0


async def test_as_many_are_kept_as_were_asked_for_last() -> None:
    by = verifier(kept=3)
    tokens = [compact(claims(sub=str(number))) for number in range(5)]
    for token in tokens[:3]:
        await by.identify(token)
    by.known(tokens[0])
    for token in tokens[3:]:
        await by.identify(token)
    assert by.count == 3
    assert [by.known(token) is not None for token in tokens] == [True, False, False, True, True]


async def test_other_keys_verify_anew() -> None:
    class Changing:
        keys = keys_of_secret("1" * 32)
        complete = True

        async def renew(self) -> bool:
            return False

    source = Changing()
    by = TokenVerifier(source, TokenRules(), now=lambda: NOW)
    token = compact(claims(), key="1" * 32)
    await by.identify(token)
    source.keys = keys_of_secret("2" * 32)
    assert by.known(token) is None
    assert "signature" in await refused(token, by)


async def test_tokens_that_differ_are_other_identities() -> None:
    by = verifier()
    tokens = [compact(claims(jti=str(number))) for number in range(3)]
    identities = await asyncio.gather(*map(by.identify, tokens))
    assert all(one != other for one, other in pairwise(identities))
