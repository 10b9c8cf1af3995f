"""Documents that are meant to cost are refused at once, and tell nothing of the schema."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any

import pytest
from graphql import get_introspection_query, parse

from demo.examples import EXAMPLES
from server.application import GC_THRESHOLDS
from server.documents.kept import KeptDocuments
from server.documents.limits import selection_errors, text_error
from server.documents.preparing import DocumentRefusedError, known_document
from server.documents.validating import MAX_ERRORS
from server.http.media_types import MediaType
from server.responding import respond
from server.served import DatabaseEngine
from tests.support.hostile_documents import CATALOGUE, DEFAULTS, WITHIN_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.examples import SavedOperation
    from schema.build import Schema
    from server.documents.kept import KnownDocument

SECONDS = 0.05
"""Time of the processor for a document that is refused."""

NOISE = 2.0
"""How much longer it may take at the limit of tokens: machines that run tests are busy with others."""


@pytest.fixture
def engine(demo_schema: Schema) -> DatabaseEngine:
    none: Any = None
    return DatabaseEngine(
        demo_schema.graphql,
        demo_schema.model,
        database=none,
        batches=none,
        suggestions=False,
        documents=KeptDocuments(0).for_engine(),
        caching=none,
    )


@pytest.fixture(scope="module", autouse=True)
def as_in_a_server() -> Iterator[None]:
    """The garbage collector looks at nothing that has lived for long."""
    thresholds = gc.get_threshold()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def prepared(
    engine: DatabaseEngine, source: str, *, introspection: bool = True, suggestions: bool = False
) -> KnownDocument:
    return known_document(
        source, None, engine, limits=DEFAULTS, introspection=introspection, suggestions=suggestions
    )


def refused(
    engine: DatabaseEngine, source: str, *, introspection: bool = True, suggestions: bool = False
) -> DocumentRefusedError:
    with pytest.raises(DocumentRefusedError) as raised:
        prepared(engine, source, introspection=introspection, suggestions=suggestions)
    return raised.value


def refused_within(engine: DatabaseEngine, source: str, seconds: float) -> DocumentRefusedError:
    """Refused within so much time of the processor, at the fifth attempt at the latest."""
    taken = []
    for _ in range(5):
        before = time.thread_time()
        error = refused(engine, source, suggestions=True)
        taken.append(time.thread_time() - before)
        if taken[-1] < seconds:
            return error
    pytest.fail(f"it took {min(taken):.3f} s")


def is_short(error: DocumentRefusedError) -> bool:
    return len(error.errors) <= MAX_ERRORS and len(respond(error, MediaType.JSON).body) < 10_000


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_is_known_to_hurt_servers_is_refused_at_once(engine: DatabaseEngine, name: str) -> None:
    assert is_short(refused_within(engine, CATALOGUE[name], SECONDS))


@pytest.mark.parametrize("name", WITHIN_TOKENS)
def test_whatever_is_refused_is_refused_at_once(engine: DatabaseEngine, name: str) -> None:
    assert is_short(refused_within(engine, WITHIN_TOKENS[name], NOISE * SECONDS))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_examples_of_the_demo_are_within_the_limits(example: SavedOperation) -> None:
    document = parse(example.query)
    assert text_error(example.query, DEFAULTS) is None
    assert selection_errors(document, DEFAULTS) == []


@pytest.mark.parametrize("options", [{}, {"input_value_deprecation": True, "one_of": True}])
def test_tools_may_ask_for_the_schema(engine: DatabaseEngine, options: dict[str, bool]) -> None:
    query = get_introspection_query(specified_by_url=True, schema_description=True, **options)
    assert prepared(engine, query).operation


@pytest.mark.parametrize("field", ['__type(name: "Country") { name }', "__schema { queryType { name } }"])
@pytest.mark.parametrize("template", ["{{ {0} }}", "{{ ...f }} fragment f on Query {{ ... {{ x: {0} }} }}"])
def test_introspection_may_be_off(engine: DatabaseEngine, field: str, template: str) -> None:
    source = template.format(field)
    assert prepared(engine, source).operation
    [*_, error] = refused(engine, source, introspection=False).errors
    assert "introspection has been disabled" in error.message


NEAR = {
    "field": "{ countrie { totalCount } }",
    "field of a type": "{ countries { nodes { nam } } }",
    "field without selections": "{ countries }",
    "argument": "{ countries(firs: 1) { totalCount } }",
    "argument of a directive": "{ countries @skip(i: true) { totalCount } }",
    "type": "query ($a: CountryFilte) { __typename }",
    "type of a fragment": "{ ... on Quer { __typename } }",
    "field of an interface": '{ node(id: "1") { name } }',
    "input field": "{ countries(filter: {nam: {eq: 1}}) { totalCount } }",
    "enum value": "{ countries(orderBy: [{name: ASCC}]) { totalCount } }",
    "quotes": "{ node(id: 'a') { id } }",
    "dots": "{ .. on Query { __typename } }",
    "number": "{ countries(first: .5) { totalCount } }",
}


@pytest.mark.parametrize("name", NEAR)
def test_nothing_is_suggested_where_that_is_off(engine: DatabaseEngine, name: str) -> None:
    with_names = [error.message for error in refused(engine, NEAR[name], suggestions=True).errors]
    assert any("did you mean" in message.lower() for message in with_names)
    without = [error.message for error in refused(engine, NEAR[name]).errors]
    assert not any("did you mean" in message.lower() for message in without)


@pytest.mark.parametrize(
    ("source", "given"),
    [
        ("query ($v: OrderDirection!) { countries(orderBy: [{name: $v}]) { totalCount } }", "ASCC"),
        ("query ($v: CountryFilter) { countries(filter: $v) { totalCount } }", {"nam": {"eq": "a"}}),
        ("query ($v: CountryKey!) { country(by: $v) { name } }", {"cod": "a"}),
    ],
)
def test_nothing_is_suggested_of_variables(engine: DatabaseEngine, source: str, given: object) -> None:
    operation = prepared(engine, source).prepared
    with_names, without = (operation.coerce({"v": given}, hide_suggestions=hide) for hide in (False, True))
    assert isinstance(with_names, list)
    assert isinstance(without, list)
    assert "did you mean" in str(with_names).lower()
    assert "did you mean" not in str(without).lower()
