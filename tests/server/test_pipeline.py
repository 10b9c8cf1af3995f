"""The stages of a request, with an engine that a test scripts; the real one is in `tests/io`."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    build_schema,
)

from core.errors import BadUserInput, ErrorCode, RequestError, StaleSchemaError
from core.events import Observer, StatementRan
from db.catalogue.footprints import Footprints
from db.identity import LOGIN, Identity
from resolvers.bindings import Model
from resolvers.execution import Answer
from resolvers.plan import Plan, StepInfo, Strategy
from resolvers.prepared import PreparedOperation
from server.caching.freshness import CacheRules
from server.documents.kept import EngineDocuments, KeptDocuments
from server.documents.limits import DocumentLimits
from server.documents.persisted import PersistedDocuments, Persisting
from server.documents.store import DocumentStore
from server.documents.trusted import NOT_ANY
from server.identity.identify import Identifier
from server.pipeline import answer
from server.responding import MAX_MESSAGE
from server.stages import Limits, Stages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from resolvers.notes import Notes
    from resolvers.spent import Spent
    from tests.support.channel import Channel

    MakeChannel = Callable[..., Channel]

SCHEMA = build_schema("type Query { name(n: Int): String } type Mutation { rename: String }")
MODEL = Model(types={}, by_table={}, roots={}, cursor_key=b"")
LIMITS = Limits(
    max_body_bytes=100_000,
    max_batch_operations=0,
    document=DocumentLimits(max_tokens=100, max_depth=20, max_aliases=100, max_root_fields=50),
    max_cost=100,
    request_timeout=5,
    introspection=True,
    suggestions=True,
    explain=True,
)
ANYONE = Identifier(anonymous=LOGIN)
NOTHING_KEPT = CacheRules(0, {}, {}, Footprints(), frozenset())
MODERN = {"accept": "application/graphql-response+json"}
LEGACY = {"accept": "application/json"}


@dataclass
class ScriptedEngine:
    """Answers what a test says."""

    script: Any
    schema: GraphQLSchema = SCHEMA
    documents: EngineDocuments = field(default_factory=lambda: KeptDocuments().for_engine())
    asked: list[bool] = field(default_factory=list)
    caching: CacheRules = NOTHING_KEPT

    def prepare(self, document: DocumentNode, operation: OperationDefinitionNode) -> PreparedOperation:
        return PreparedOperation(self.schema, MODEL, document, operation)

    async def execute(
        self,
        prepared: PreparedOperation,
        variables: dict[str, Any],
        identity: Identity,
        observer: Observer | None,
        *,
        may_be_stale: bool,
        spent: Spent | None = None,  # noqa: ARG002 - nothing is read
        notes: Notes | None = None,
    ) -> Answer:
        assert identity == LOGIN
        assert notes is None
        self.asked.append(may_be_stale)
        result: Answer = await self.script(prepared.operation, variables, observer)
        return result


@dataclass
class ScriptedEngines:
    """Engines one after the other; the last one fits the database."""

    engines: list[ScriptedEngine]
    identifier: Identifier = ANYONE

    def ready(self, role: str | None) -> ScriptedEngine | None:
        return self.engines[0] if role is None else None

    async def engine(self, role: str | None) -> ScriptedEngine:
        raise AssertionError(role)

    async def newer(self, than: object, role: str | None) -> ScriptedEngine | None:
        assert role is None
        if than is self.engines[0]:
            self.engines.pop(0)
        return self.engines[0] if self.engines else None


def engine(result: Answer | Exception) -> ScriptedEngine:
    async def script(*_: object) -> Answer:
        if isinstance(result, Exception):
            raise result
        return result

    return ScriptedEngine(script)


NAME = engine(Answer({"name": "Ada"}, [], executed=True, plan=None))


def stages_of(
    engines: Sequence[ScriptedEngine], limits: Limits = LIMITS, documents: PersistedDocuments | None = None
) -> Stages:
    documents = documents or PersistedDocuments(Persisting.APQ, NOT_ANY, DocumentStore(60))
    return Stages(limits, ScriptedEngines([*engines]), documents)


@dataclass(frozen=True)
class Seen:
    """An answer as its reader sees it."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """Code of the first error."""
        found: str = self.body["errors"][0]["extensions"]["code"]
        return found


@pytest.fixture
def ask(channel: MakeChannel) -> Callable[..., Awaitable[Seen]]:
    async def ask(
        body: object, engine: ScriptedEngine = NAME, limits: Limits = LIMITS, **headers: str
    ) -> Seen:
        asked = channel("POST", "/graphql", json.dumps(body).encode(), headers={**MODERN, **headers})
        fresh = replace(engine, documents=KeptDocuments().for_engine())
        response = await answer(asked.exchange, stages_of([fresh], limits))
        fields = {name.decode(): value.decode() for name, value in response.headers}
        return Seen(response.status, orjson.loads(response.body), fields)

    return ask


async def test_data(ask: Any) -> None:
    seen: Seen = await ask({"query": "{ name }"})
    assert (seen.status, seen.body) == (200, {"data": {"name": "Ada"}})
    assert seen.headers["server-timing"].startswith("decode;dur=")


async def test_raw_json_goes_into_the_answer_as_it_is(ask: Any) -> None:
    raw = Answer({"name": orjson.Fragment(b'{"b":1, "a":2.50}')}, [], executed=True, plan=None)
    assert (await ask({"query": "{ name }"}, engine(raw))).body == {"data": {"name": {"b": 1, "a": 2.5}}}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (ErrorCode.BAD_USER_INPUT, 400),
        (ErrorCode.FORBIDDEN, 403),
        (ErrorCode.TIMEOUT, 504),
        (ErrorCode.DATABASE_UNAVAILABLE, 503),
    ],
)
async def test_errors_without_data_have_a_status(ask: Any, code: ErrorCode, status: int) -> None:
    failing = engine(RequestError("It cannot be.", code, {"more": 1}))
    expected = {"errors": [{"message": "It cannot be.", "extensions": {"more": 1, "code": code}}]}
    modern, legacy = (
        await ask({"query": "{ name }"}, failing),
        await ask({"query": "{ name }"}, failing, **LEGACY),
    )
    assert (modern.status, modern.body) == (status, expected)
    assert (legacy.status, legacy.body) == (200, expected)


async def test_errors_with_data_are_200(ask: Any) -> None:
    error = GraphQLError("No.", path=["name"], extensions={"code": "FORBIDDEN"})
    for data in ({"name": None}, None):
        seen = await ask({"query": "{ name }"}, engine(Answer(data, [error], executed=True, plan=None)))
        assert (seen.status, seen.body["data"], seen.code) == (200, data, "FORBIDDEN")


async def test_refused_before_anything_ran_there_is_no_data(ask: Any) -> None:
    error = GraphQLError("Wrong variable.", extensions={"code": "BAD_USER_INPUT"})
    seen = await ask({"query": "{ name }"}, engine(Answer(None, [error], executed=False, plan=None)))
    assert (seen.status, list(seen.body)) == (400, ["errors"])


@pytest.mark.parametrize("headers", [MODERN, LEGACY])
async def test_a_defect_leaves_as_an_id_that_the_log_has(
    ask: Any, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    seen = await ask({"query": "{ name }"}, engine(ZeroDivisionError("SELECT secret")), **headers)
    assert (seen.status, seen.code) == (500, "INTERNAL_SERVER_ERROR")
    identifier = seen.body["errors"][0]["extensions"]["id"]
    assert "secret" not in json.dumps(seen.body)
    [record] = caplog.records
    assert (record.levelno, identifier in record.getMessage()) == (logging.ERROR, True)
    assert record.exc_info
    assert str(record.exc_info[1]) == "SELECT secret"


async def test_a_defect_of_one_field_leaves_the_same_way(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    error = GraphQLError(
        "SELECT secret",
        path=["name"],
        original_error=ZeroDivisionError("SELECT secret"),
        extensions={"code": "INTERNAL_SERVER_ERROR"},
    )
    seen = await ask({"query": "{ name }"}, engine(Answer({"name": None}, [error], executed=True, plan=None)))
    [told] = seen.body["errors"]
    assert (seen.status, told["path"], set(told["extensions"])) == (200, ["name"], {"code", "id"})
    assert "secret" not in json.dumps(seen.body)
    assert told["extensions"]["id"] in caplog.text


async def test_what_cannot_be_encoded_is_a_defect(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    seen = await ask({"query": "{ name }"}, engine(Answer({"name": object()}, [], executed=True, plan=None)))
    assert (seen.status, seen.code) == (500, "INTERNAL_SERVER_ERROR")
    assert caplog.records


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ name", "GRAPHQL_PARSE_FAILED"),
        ("{ " + "name " * 100 + "}", "GRAPHQL_PARSE_FAILED"),
        ("#\n" * 101 + "{ name }", "GRAPHQL_PARSE_FAILED"),
        ("{ name(n: " + "1" * 400 + ") }", "GRAPHQL_PARSE_FAILED"),
        ("{ name(n: 1.5e" + "1" * 400 + ") }", "GRAPHQL_PARSE_FAILED"),
        ("{ names }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { name }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { name } query B { name }", "BAD_USER_INPUT"),
        ("fragment F on Query { name }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_documents_that_cannot_run(ask: Any, query: str, code: str) -> None:
    seen = await ask({"query": query})
    assert (seen.status, seen.code, "data" in seen.body) == (400, code, False)


async def test_long_texts_are_no_long_numbers(ask: Any) -> None:
    seen = await ask({"query": "query Q { name @skip(if: false) } # " + "1" * 500})
    assert seen.status == 200


async def test_messages_are_bounded_in_number_and_length(ask: Any) -> None:
    seen = await ask({"query": "{ " + " ".join(f"{'x' * 900}{n}" for n in range(50)) + " }"})
    assert len(seen.body["errors"]) <= 11
    assert all(len(error["message"]) <= MAX_MESSAGE for error in seen.body["errors"])


async def test_suggestions_only_where_they_may_be(ask: Any) -> None:
    query = {"query": "{ nam }"}
    assert "Did you mean" in (await ask(query)).body["errors"][0]["message"]
    hidden = await ask(query, limits=replace(LIMITS, suggestions=False))
    assert "Did you mean" not in hidden.body["errors"][0]["message"]


@pytest.mark.parametrize(
    "query", ["{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }']
)
async def test_introspection_only_where_it_may_be(ask: Any, query: str) -> None:
    assert (await ask({"query": query})).status == 200
    refused = await ask({"query": query}, limits=replace(LIMITS, introspection=False))
    assert (refused.status, refused.code) == (400, "GRAPHQL_VALIDATION_FAILED")
    allowed = await ask({"query": "{ __typename name }"}, limits=replace(LIMITS, introspection=False))
    assert allowed.status == 200


async def test_one_operation_of_several(ask: Any) -> None:
    async def script(operation: OperationDefinitionNode, variables: dict[str, Any], _: object) -> Answer:
        assert operation.name
        return Answer({operation.name.value: variables}, [], executed=True, plan=None)

    document = "query A { name } query B { name }"
    seen = await ask({"query": document, "operationName": "B", "variables": {"n": 1}}, ScriptedEngine(script))
    assert seen.body == {"data": {"B": {"n": 1}}}


async def test_mutations_need_a_post(channel: MakeChannel) -> None:
    asked = channel("GET", "/graphql?query=mutation{rename}")
    response = await answer(asked.exchange, stages_of([NAME]))
    assert (response.status, dict(response.headers)[b"allow"]) == (405, b"POST")


async def test_what_takes_too_long_is_cancelled(ask: Any) -> None:
    cancelled = asyncio.Event()

    async def script(*_: object) -> Answer:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        raise AssertionError("unreachable")

    seen = await ask({"query": "{ name }"}, ScriptedEngine(script), replace(LIMITS, request_timeout=0.05))
    assert (seen.status, seen.code, cancelled.is_set()) == (504, "TIMEOUT", True)


async def test_a_timeout_of_something_else_is_a_defect(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    seen = await ask({"query": "{ name }"}, engine(TimeoutError()))
    assert (seen.status, seen.code) == (500, "INTERNAL_SERVER_ERROR")
    assert caplog.records


FIELD = FieldNode(name=NameNode(value="a"))


async def test_the_plan(ask: Any) -> None:
    steps = [
        StepInfo(1, None, ("a",), "public.a", Strategy.PAGE, FIELD),
        StepInfo(2, 1, ("a", "b"), "public.b", Strategy.PAGES, FIELD),
        StepInfo(3, 2, ("a", "b", "c"), "public.c", Strategy.TO_ONE, FIELD),
        StepInfo(4, 2, ("a", "b", "d"), "public.d", Strategy.JOIN, FIELD, marker=1),
        StepInfo(5, 4, ("a", "b", "d", "e"), "public.e", Strategy.JOIN, FIELD, marker=3),
    ]

    async def script(_: object, __: object, observer: Observer | None) -> Answer:
        if observer is not None:
            observer.statement_ran(StatementRan(1, "SELECT 1", 2, 0, 0.5, 7))
            observer.statement_ran(StatementRan(2, "SELECT 2", 3, 2, 0.25, 8, {1: 2, 3: 1}))
            observer.statement_ran(StatementRan(2, "SELECT 2", 4, 1, 0.25, 9, {1: 4, 3: 0}))
        return Answer({"name": "Ada"}, [], executed=True, plan=Plan(steps=steps))

    explained = await ask({"query": "{ name }"}, ScriptedEngine(script), **{"x-loadstone-explain": "1"})
    plan = explained.body["extensions"]["plan"]
    assert (plan["lane"], plan["statements"]) == ("reference", 3)
    assert plan["steps"] == [
        {
            "id": 1,
            "parent": None,
            "table": "public.a",
            "strategy": "page",
            "statement": "SELECT 1",
            "rows": 2,
            "batchedKeys": 0,
            "milliseconds": 0.5,
        },
        {
            "id": 2,
            "parent": 1,
            "table": "public.b",
            "strategy": "batch-pages",
            "statement": "SELECT 2",
            "rows": 7,
            "batchedKeys": 3,
            "milliseconds": 0.5,
        },
        {
            "id": 3,
            "parent": 2,
            "table": "public.c",
            "strategy": "batch-to-one",
            "statement": None,
            "rows": 0,
            "batchedKeys": 0,
            "milliseconds": 0,
        },
        {
            "id": 4,
            "parent": 2,
            "table": "public.d",
            "strategy": "join",
            "statement": None,
            "rows": 6,
            "batchedKeys": 0,
            "milliseconds": 0,
        },
        {
            "id": 5,
            "parent": 4,
            "table": "public.e",
            "strategy": "join",
            "statement": None,
            "rows": 1,
            "batchedKeys": 0,
            "milliseconds": 0,
        },
    ]
    hidden = await ask(
        {"query": "{ name }"},
        ScriptedEngine(script),
        replace(LIMITS, explain=False),
        **{"x-loadstone-explain": "1"},
    )
    assert hidden.body == {"data": {"name": "Ada"}}


async def test_bad_input_found_by_the_engine(ask: Any) -> None:
    seen = await ask({"query": "{ name }"}, engine(BadUserInput("No such thing.")))
    assert (seen.status, seen.code) == (400, "BAD_USER_INPUT")


async def test_stages_of_a_refused_request_are_timed_too(channel: MakeChannel) -> None:
    async def stages(body: bytes, **headers: str) -> list[str]:
        exchange = channel("POST", "/graphql", body, headers=headers).exchange
        response = await answer(exchange, stages_of([NAME]))
        timing = dict(response.headers)[b"server-timing"].decode()
        return [stage.partition(";dur=")[0] for stage in timing.split(", ")]

    assert await stages(b'{"query": "{ name }"}') == [
        *("decode", "identify", "document", "prepare", "estimate", "execute", "respond")
    ]
    assert await stages(b'{"query": "{ names }"}') == ["decode", "identify", "document", "prepare"]
    assert await stages(b"{}", accept="image/png") == ["decode"]


async def test_an_operation_is_prepared_anew_where_the_schema_has_changed(channel: MakeChannel) -> None:
    async def ask(query: str, *engines: ScriptedEngine) -> dict[str, Any]:
        asked = channel("POST", "/graphql", json.dumps({"query": query}).encode(), headers=LEGACY)
        response = await answer(asked.exchange, stages_of(engines))
        body: dict[str, Any] = orjson.loads(response.body)
        return body

    def stale() -> ScriptedEngine:
        return engine(StaleSchemaError("no such column", only_prepared=False))

    current = replace(NAME, asked=[], documents=KeptDocuments().for_engine())
    assert await ask("{ name }", stale(), stale(), current) == {"data": {"name": "Ada"}}
    assert current.asked == [True]
    title = build_schema("type Query { title: String }")
    other = replace(NAME, schema=title, documents=KeptDocuments().for_engine())
    [error] = (await ask("{ name }", stale(), other))["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    only = stale()
    [error] = (await ask("{ name }", only))["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert only.asked == [True, False]


async def test_operations_of_a_batch_run_at_once_and_fail_alone(channel: MakeChannel) -> None:
    arrived = asyncio.Event()

    async def script(_: OperationDefinitionNode, variables: dict[str, Any], __: object) -> Answer:
        if variables["n"] == 1:
            await asyncio.wait_for(arrived.wait(), 5)
        arrived.set()
        if variables["n"] == 3:
            raise RequestError("No.", ErrorCode.FORBIDDEN)
        return Answer({"name": str(variables["n"])}, [], executed=True, plan=None)

    async def ask(operations: list[Any], most: int) -> tuple[int, Any]:
        asked = channel("POST", "/graphql", json.dumps(operations).encode(), headers=MODERN)
        stages = stages_of([ScriptedEngine(script)], replace(LIMITS, max_batch_operations=most))
        response = await answer(asked.exchange, stages)
        return response.status, orjson.loads(response.body)

    named = [{"query": "query ($n: Int!) { name(n: $n) }", "variables": {"n": n}} for n in (1, 2, 3)]
    error = {"message": "No.", "extensions": {"code": "FORBIDDEN"}}
    results = [{"data": {"name": "1"}}, {"data": {"name": "2"}}, {"errors": [error]}]
    assert await ask(named, 3) == (200, results)
    for operations, most in ((named, 0), (named, 2), ([], 3), ([*named[:2], 1], 3), ([named], 3)):
        status, body = await ask(operations, most)
        assert (status, body["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_what_could_cost_too_much_is_refused_before_it_runs(channel: MakeChannel) -> None:
    ran: list[object] = []

    async def script(*_: object) -> Answer:
        ran.append(1)
        return Answer({"name": "Ada"}, [], executed=True, plan=None)

    async def ask(body: object, max_cost: int, headers: dict[str, str]) -> tuple[int, Any]:
        asked = channel("POST", "/graphql", json.dumps(body).encode(), headers=headers)
        limits = replace(LIMITS, max_batch_operations=3, max_cost=max_cost)
        response = await answer(asked.exchange, stages_of([ScriptedEngine(script)], limits))
        return response.status, orjson.loads(response.body)

    twice = {"query": "{ name other: name }"}
    assert (await ask(twice, 2, MODERN))[0] == 200
    ran.clear()
    for headers, status in ((MODERN, 400), (LEGACY, 200)):
        found, body = await ask(twice, 1, headers)
        assert (found, body.keys()) == (status, {"errors"})
        [error] = body["errors"]
        assert error["extensions"] == {
            "code": "COST_LIMIT_EXCEEDED",
            "cost": {"requestedQueryCost": 2, "maximum": 1},
        }
    status, body = await ask([twice, {"query": "{ name }"}, {"query": "{"}], 2, MODERN)
    assert (status, body["errors"][0]["extensions"]["cost"]) == (400, {"requestedQueryCost": 3, "maximum": 2})
    assert not ran
    status, body = await ask([twice, {"query": "{ name }"}, {"query": "{"}], 3, MODERN)
    assert (status, [each.keys() for each in body]) == (200, [{"data"}, {"data"}, {"errors"}])
    status, body = await ask([twice, {"query": "{ name }"}], 1, MODERN)
    assert (status, [each.keys() for each in body]) == (200, [{"errors"}, {"data"}])
