"""Optimistic locking on version columns, of every sort, against others who write."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from resolvers.execution import Lane
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.engine import Result

DATABASE = """
CREATE DOMAIN revision AS smallint CHECK (VALUE >= 0);
CREATE TABLE counted (id int PRIMARY KEY, text text, version int8 NOT NULL DEFAULT 1);
CREATE TABLE of_domain (id int PRIMARY KEY, text text, version revision NOT NULL DEFAULT 1);
CREATE TABLE numbered (id int PRIMARY KEY, text text, version numeric NOT NULL DEFAULT 1);
CREATE TABLE optional (id int PRIMARY KEY, text text, version int);
CREATE TABLE concealed (id int PRIMARY KEY, text text, version int NOT NULL DEFAULT 1);
CREATE TABLE renamed (id int PRIMARY KEY, text text, "Ver""sion" int NOT NULL DEFAULT 1);
CREATE TABLE keyless (code text NOT NULL UNIQUE, text text, version int NOT NULL DEFAULT 1);
CREATE TABLE stamped (id int PRIMARY KEY, text text, version timestamptz NOT NULL DEFAULT now());
CREATE TABLE tokened (id int PRIMARY KEY, text text, version uuid NOT NULL DEFAULT gen_random_uuid());
CREATE TABLE hashed (
    id int PRIMARY KEY, text text, version bytea GENERATED ALWAYS AS (decode(md5(text), 'hex')) STORED
);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN new.version := clock_timestamp(); RETURN new; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION renew() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN new.version := gen_random_uuid(); RETURN new; END $$;
CREATE TRIGGER renew BEFORE UPDATE ON tokened FOR EACH ROW EXECUTE FUNCTION renew();
CREATE VIEW seen AS SELECT id, text, version FROM counted WHERE id > 0;
CREATE FUNCTION first_counted() RETURNS counted STABLE LANGUAGE sql AS $$ SELECT * FROM counted LIMIT 1 $$;
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY
        ARRAY['counted', 'of_domain', 'numbered', 'optional', 'keyless', 'stamped', 'tokened', 'hashed',
              'seen']
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.version IS %L', name, '@version');
    END LOOP;
END $$;
COMMENT ON COLUMN concealed.version IS E'@version\\n@hidden';
COMMENT ON COLUMN renamed."Ver""sion" IS E'@version\\n@name edition';
"""
COUNTING = ["counted", "ofDomain", "numbered", "optional", "concealed", "renamed"]
OTHERS = ["stamped", "tokened", "hashed"]


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as engine:
        assert engine.schema.warnings == ()
        yield engine


@pytest.fixture(autouse=True)
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database, whose tables have one row."""
    connection = await asyncpg.connect(engine.url)
    for name, its in engine.catalog.tables.items():
        if its.primary_key is not None:
            row = f"INSERT INTO {name.name} (id, text) VALUES (1, 'a')"
            await connection.execute(f"TRUNCATE {name.name}; {row}")
    await connection.execute("TRUNCATE keyless; INSERT INTO keyless VALUES ('k', 'a')")
    yield connection
    await connection.close()


def codes(result: Result) -> list[str]:
    return [str((error.extensions or {}).get("code")) for error in result.errors]


async def version(engine: Engine, name: str, lane: Lane) -> str | None:
    result = await engine.run(f"{{ {name}(by: {{rowId: 1}}) {{ rowVersion }} }}", None, lane)
    assert not result.errors
    found: str | None = result.data[name]["rowVersion"]
    return found


async def update(engine: Engine, name: str, text: str, of: str | None, lane: Lane) -> Result:
    field = f"update{name[0].upper()}{name[1:]}"
    query = f"""mutation ($text: String, $version: String) {{
      {field}(by: {{rowId: 1}}, set: {{text: $text}}, ifMatch: $version) {{ {name} {{ text rowVersion }} }}
    }}"""
    return await engine.run(query, {"text": text, "version": of}, lane)


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("name", COUNTING)
async def test_a_counting_column_is_raised_by_one(engine: Engine, name: str, lane: Lane) -> None:
    before = await version(engine, name, lane)
    assert before == (None if name == "optional" else "1")
    first = await update(engine, name, "b", before, lane)
    raised = "1" if before is None else "2"
    assert not first.errors
    [made] = first.data.values()
    assert made == {name: {"text": "b", "rowVersion": raised}}
    assert await version(engine, name, lane) == raised
    stale = await update(engine, name, "c", before or "0", lane)
    assert codes(stale) == ["CONFLICT"]
    assert not (await update(engine, name, "c", raised, lane)).errors


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("name", OTHERS)
async def test_another_column_is_compared_in_its_own_type(engine: Engine, name: str, lane: Lane) -> None:
    before = await version(engine, name, lane)
    first = await update(engine, name, "b", before, lane)
    assert not first.errors
    [made] = first.data.values()
    assert made[name]["rowVersion"] not in {None, before}
    assert await version(engine, name, lane) == made[name]["rowVersion"]
    assert codes(await update(engine, name, "c", before, lane)) == ["CONFLICT"]
    assert not (await update(engine, name, "c", made[name]["rowVersion"], lane)).errors


@pytest.mark.parametrize("lane", Lane)
async def test_the_columns_own_field_serves_as_well(engine: Engine, lane: Lane) -> None:
    for name in ("counted", "stamped", "tokened"):
        read = await engine.run(f"{{ {name}(by: {{rowId: 1}}) {{ version }} }}", None, lane)
        assert not (await update(engine, name, "b", str(read.data[name]["version"]), lane)).errors


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("name", ["counted", "ofDomain", "stamped", "tokened"])
async def test_a_text_that_is_no_version_is_bad_input(engine: Engine, name: str, lane: Lane) -> None:
    for given in ("", "none", "99999999999999999999"):
        assert codes(await update(engine, name, "b", given, lane)) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("lane", Lane)
async def test_a_row_that_is_not_there_is_no_conflict(engine: Engine, lane: Lane) -> None:
    query = 'mutation { deleteCounted(by: {rowId: 9}, ifMatch: "1") { affectedCount } }'
    assert (await engine.run(query, None, lane)).data == {"deleteCounted": {"affectedCount": 0}}


@pytest.mark.parametrize("lane", Lane)
async def test_of_two_writers_of_one_version_one_wins(engine: Engine, lane: Lane) -> None:
    for name in ("counted", "tokened", "concealed"):
        read = await version(engine, name, lane)
        results = await asyncio.gather(*(update(engine, name, text, read, lane) for text in ("x", "y")))
        assert sorted(codes(result) for result in results) == [[], ["CONFLICT"]]
        [won] = [text for text, result in zip(("x", "y"), results, strict=True) if not result.errors]
        kept = await engine.run(f"{{ {name}(by: {{rowId: 1}}) {{ text }} }}")
        assert kept.data[name]["text"] == won


@pytest.mark.parametrize("lane", Lane)
async def test_a_writer_who_waited_finds_the_version_changed(
    engine: Engine, connection: asyncpg.Connection, lane: Lane
) -> None:
    async with connection.transaction():
        await connection.execute("UPDATE counted SET version = version + 1")
        waiting = asyncio.create_task(update(engine, "counted", "b", "1", lane))
        async with asyncio.timeout(10):
            while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not waiting.done()
                await asyncio.sleep(0.01)
    assert codes(await waiting) == ["CONFLICT"]


@pytest.mark.parametrize("lane", Lane)
async def test_a_view_is_versioned_by_its_column(
    engine: Engine, connection: asyncpg.Connection, lane: Lane
) -> None:
    query = (
        'mutation { updateSeens(filter: {version: {eq: "1"}}, set: {text: "b"}) { seens { rowVersion } } }'
    )
    changed = await engine.run(query, None, lane)
    assert changed.data == {"updateSeens": {"seens": [{"rowVersion": "2"}]}}
    assert (await engine.run(query, None, lane)).data == {"updateSeens": {"seens": []}}
    assert await connection.fetchval("SELECT version FROM counted") == 2


@pytest.mark.parametrize("lane", Lane)
async def test_a_table_without_a_primary_key_is_versioned_by_its_column(engine: Engine, lane: Lane) -> None:
    query = """mutation {
      updateKeyless(by: {code: "k"}, set: {text: "b"}, ifMatch: "1") { keyless { rowVersion } }
    }"""
    assert (await engine.run(query, None, lane)).data == {"updateKeyless": {"keyless": {"rowVersion": "2"}}}
    assert codes(await engine.run(query, None, lane)) == ["CONFLICT"]


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("name", ["counted", "optional", "renamed"])
async def test_upserts_raise_what_is_there(engine: Engine, name: str, lane: Lane) -> None:
    query = f"""mutation {{ create{name.capitalize()}(
      input: {{rowId: 1, text: "b"}}, onConflict: {{key: rowId, update: [text]}}
    ) {{ {name} {{ text rowVersion }} }} }}"""
    before = await version(engine, name, lane)
    result = await engine.run(query, None, lane)
    [made] = result.data.values()
    assert made == {name: {"text": "b", "rowVersion": str(int(before or 0) + 1)}}
    nothing = query.replace("update: [text]", "update: []")
    assert not (await engine.run(nothing, None, lane)).errors
    assert await version(engine, name, lane) == str(int(before or 0) + 1)


@pytest.mark.parametrize("lane", Lane)
async def test_rows_of_a_function_have_the_version_that_it_gives(engine: Engine, lane: Lane) -> None:
    result = await engine.run("{ firstCounted { rowVersion } }", None, lane)
    assert result.data == {"firstCounted": {"rowVersion": "1"}}


async def test_a_version_that_may_not_be_written_is_the_databases_own(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    url = await create_database(
        "CREATE TABLE note (id int PRIMARY KEY, text text, version int NOT NULL DEFAULT 1);"
        "COMMENT ON COLUMN note.version IS E'@version\\n@readOnly';"
        "CREATE FUNCTION add() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN new.version := old.version + 10; RETURN new; END $$;"
        "CREATE TRIGGER add BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION add();"
        "INSERT INTO note VALUES (1, 'a')"
    )
    async with open_engine(url) as engine:
        result = await update(engine, "note", "b", "1", Lane.COMPILED)
        assert result.data["updateNote"] == {"note": {"text": "b", "rowVersion": "11"}}
        assert '"version"=' not in result.statements[0].statement
