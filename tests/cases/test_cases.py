"""A folder per behaviour: what is asked, the SQL that it causes, and what is answered.

`request.graphql` runs with `variables.json` against the music store of `database.sql`; the statements are
compared with `statements.sql`, in the order of the steps of the plan, and the answer with `answer.json`.
Where steps of the compiled lane share a statement, its statements stand in `statements.compiled.sql`. A
string `{{a.0.b}}` among the variables stands for the value at that path in the answer to `first.graphql` of
the same folder. A mutation runs on the rows of `database.sql`, whatever ran before it; what `after.graphql`
then reads is compared with `after.json`. Snapshots are written by `pytest tests/cases --update-cases`; a
missing one is a failure.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from resolvers.execution import Lane
from resolvers.plan import Strategy
from server.explaining import explain
from server.questions import Question
from tests.cases.conftest import restore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.strategies import ToOneStrategy
    from tests.support.engine import Engine, Result

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/request.graphql"))
WRITING = [case for case in CASES if (case / "request.graphql").read_text().startswith("mutation")]
READING = [case for case in CASES if case not in WRITING]
WIDTH = 100


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("case", READING, ids=lambda case: case.name)
async def test_case(music: Engine, case: Path, lane: Lane, update_cases: bool) -> None:
    if update_cases:
        await update(music, case)
    compare(case, lane, await run(music, case, lane))


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("case", WRITING, ids=lambda case: case.name)
async def test_case_that_writes(written: Engine, case: Path, lane: Lane, update_cases: bool) -> None:
    await restore(written)
    if update_cases:
        await update(written, case)
    await restore(written)
    compare(case, lane, await run(written, case, lane))
    after = case / "after.graphql"
    if after.exists():
        found = answer(await written.run(after.read_text()))
        if update_cases:
            (case / "after.json").write_text(found)
        assert found == (case / "after.json").read_text()


@pytest.mark.parametrize(
    "case", [case for case in WRITING if not case.name.startswith("error-")], ids=lambda case: case.name
)
async def test_what_would_be_written_is_what_is_written(written: Engine, case: Path) -> None:
    """The statements that `loadstone explain` tells of, which runs none of them, are those that run."""
    await restore(written)
    source, given = (case / "request.graphql").read_text(), await variables(written, case)
    report = await explain(Question(source, None, given, 1000), written.schema, written.database)
    result = await written.run(source, given, Lane.REFERENCE)
    for step in report.steps:
        ran = [event.statement for event in result.statements if event.step == step.info.id]
        if ran or step.info.parent is None:  # there may be no rows to read what belongs to them
            assert [each.sql for each in step.statements] == ran


def compare(case: Path, lane: Lane, result: Result) -> None:
    own = case / f"statements.{lane}.sql"
    snapshots = {
        own.name if own.exists() else "statements.sql": statements(result),
        "answer.json": answer(result),
    }
    for name, content in snapshots.items():
        snapshot = case / name
        assert snapshot.exists(), f"{name} is missing: pytest tests/cases --update-cases writes it"
        assert content == snapshot.read_text()


async def run(music: Engine, case: Path, lane: Lane) -> Result:
    return await music.run((case / "request.graphql").read_text(), await variables(music, case), lane)


async def update(music: Engine, case: Path) -> None:
    result = await run(music, case, Lane.REFERENCE)
    common, own = case / "statements.sql", case / f"statements.{Lane.COMPILED}.sql"
    common.write_text(statements(result))
    (case / "answer.json").write_text(answer(result))
    if case in WRITING:
        await restore(music)
    own.write_text(statements(await run(music, case, Lane.COMPILED)))
    if own.read_text() == common.read_text():
        own.unlink()


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("to_one", [Strategy.JOIN, Strategy.TO_ONE])
@pytest.mark.parametrize("case", READING, ids=lambda case: case.name)
async def test_the_answer_does_not_depend_on_the_strategy(
    music: Engine, case: Path, to_one: ToOneStrategy, lane: Lane
) -> None:
    request = (case / "request.graphql").read_text()
    result = await music.run(request, await variables(music, case), lane, to_one)
    assert answer(result) == (case / "answer.json").read_text()


async def variables(music: Engine, case: Path) -> Mapping[str, Any]:
    path = case / "variables.json"
    if not path.exists():
        return {}
    text = path.read_text()
    first = case / "first.graphql"
    if first.exists():
        data = (await music.run(first.read_text())).data
        text = re.sub(r"\{\{(.*?)\}\}", lambda match: value_at(data, match[1]), text)
    given: dict[str, Any] = json.loads(text)
    return given


def value_at(data: Any, path: str) -> str:
    for part in path.split("."):
        data = data[int(part) if part.isdigit() else part]
    return str(data)


def statements(result: Result) -> str:
    assert result.plan is not None
    parts = []
    for step in result.plan.steps:
        heading = f"-- step {step.id} {step.strategy} {step.table}, {'.'.join(step.path)}"
        ran = [event for event in result.statements if event.step == step.id]
        if step.marker is not None:
            parts.append(f"{heading}: joined to step {step.parent}\n")
        elif not ran:
            parts.append(f"{heading}: not run\n")
        for event in ran:
            keys = f"{event.batched_keys} keys, " if event.batched_keys else ""
            parts.append(f"{heading}: {keys}{event.rows} rows\n{formatted(event.statement)}")
    return "\n".join(parts)


def formatted(statement: str) -> str:
    """A clause a line, indented as deep as it stands in parentheses."""
    clauses = re.sub(r" (JOIN LATERAL|LEFT OUTER JOIN|JOIN|ORDER BY) ", r"\n\1 ", statement).splitlines()
    depth = 0
    lines = []
    for clause in map(str.strip, clauses):
        indent = "    " * depth
        lines += textwrap.wrap(
            clause, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
        )
        depth += clause.count("(") - clause.count(")")
    return "".join(f"{line}\n" for line in lines)


def answer(result: Result) -> str:
    errors = [
        {"message": error.message, "path": error.path, "extensions": error.extensions}
        for error in sorted(result.errors, key=lambda error: list(map(str, error.path or ())))
    ]
    content = {"data": result.data} | ({"errors": errors} if errors else {})
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
