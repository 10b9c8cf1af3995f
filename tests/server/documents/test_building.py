from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from core.errors import StartupError
from server.cli import main
from server.documents.building import (
    NotBuiltError,
    SourceText,
    build_operations,
    find_sources,
    texts_in,
)
from server.documents.manifest import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import { gql } from "@apollo/client";
const part = gql`fragment Part on Artist { name ...Deep }`;
export const ONE = gql`
  query One { artists { nodes { ...Part } } }
  ${part}
`;
const two = graphql(`query Two { __typename }`), three = graphql(/* GraphQL */ `query Three { __typename }`);
const four = /* GraphQL */ `query Four { artist(by: {name: "\\`\\\\n"}) { name } }`;
const not = sql`query Not { a }` + `query Nor { a }`;
"""
DEEP = "fragment Deep on Artist { artistId }"


def built(*texts: str) -> list[tuple[str, str, str]]:
    return build_operations([SourceText(f"{number}.graphql", 1, text) for number, text in enumerate(texts)])


def test_each_operation_has_the_fragments_that_it_needs() -> None:
    one = "query B { a { ...F } } mutation A { b { ...G } }"
    two = "fragment F on T { x ...G } fragment G on T { y } fragment Unused on T { z }"
    assert (
        built(one, two)
        == built(two, one)
        == [
            ("A", "mutation", "mutation A {\n  b {\n    ...G\n  }\n}\n\nfragment G on T {\n  y\n}"),
            (
                "B",
                "query",
                (
                    "query B {\n  a {\n    ...F\n  }\n}\n\n"
                    "fragment F on T {\n  x\n  ...G\n}\n\nfragment G on T {\n  y\n}"
                ),
            ),
        ]
    )


def test_type_names_for_caches() -> None:
    fields = "a { x ... on T { y } b { __typename } } __schema { types { name } } ...F"
    text = f"query A {{ {fields} }} fragment F on Q {{ c }}"
    [(_, _, made)] = build_operations([SourceText("a.graphql", 1, text)], typenames=True)
    assert " ".join(made.split()) == (
        "query A { a { x ... on T { y __typename } b { __typename } __typename } "
        "__schema { types { name __typename } __typename } ...F } fragment F on Q { c __typename }"
    )


def test_types_comments_and_equal_fragments_are_nothing_wrong() -> None:
    fragment = "fragment F on T { x }"
    found = built("type T { x: Int }", "# nothing\n", "", fragment, f"{fragment} query A {{ a {{ ...F }} }}")
    assert [name for name, _, _ in found] == ["A"]


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        (["query A { a }", "\nquery A { a }"], ["1.graphql:2: another operation A is at 0.graphql:1"]),
        (
            ["fragment F on T { x }", "fragment F on T { y } query A { ...F }"],
            ["1.graphql:1: another fragment F is at 0.graphql:1"],
        ),
        (["query A { ...F }"], ["0.graphql:1: there is no fragment F"]),
        (["query A { ...F }", "fragment F on T { ...G }"], ["1.graphql:1: there is no fragment G"]),
        (["\n{ a }"], ["0.graphql:2: an operation must have a name"]),
        (["query A {\n\n"], ["0.graphql:3: Syntax Error: Expected Name, found <EOF>."]),
        (["type T { x: Int }"], ["there are no operations"]),
    ],
)
def test_what_cannot_be_built(texts: list[str], lines: list[str]) -> None:
    with pytest.raises(NotBuiltError) as caught:
        built(*texts)
    assert caught.value.lines == lines


def test_templates_in_scripts() -> None:
    found = texts_in("app.tsx", SCRIPT)
    assert [(each.line, each.text.split()[1]) for each in found] == [
        (3, "Part"),
        (4, "One"),
        (8, "Two"),
        (8, "Three"),
        (9, "Four"),
    ]
    operations = build_operations([*found, SourceText("deep.graphql", 1, DEEP)])
    assert [name for name, _, _ in operations] == ["Four", "One", "Three", "Two"]
    assert '{ name: "`\\n" }' in operations[0][2]
    assert "fragment Deep" in operations[1][2]
    with pytest.raises(NotBuiltError, match=r"^app.tsx:3: there is no fragment Deep$"):
        build_operations(found)


def test_files_folders_and_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a/one.graphql", "a/b/two.gql", "a/node_modules/x.graphql", "a/.git/y.graphql", "a/z.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"query {file.stem} {{ a }}")
    for names in (["a"], ["a/one.graphql", "a/b/two.gql"], ["a/b/*", "a/*.graphql"], ["a", "a/**/two.*"]):
        found = {source.text.split()[1] for source in find_sources(names)}
        assert (found, len(find_sources(names))) == ({"one", "two"}, 2)
    for name in ("none", "a/*.none", "a/.git/*.none"):
        with pytest.raises(StartupError, match="there are no GraphQL documents at"):
            find_sources([name])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.graphql").write_text("query A { __typename }")
    assert main(["documents", "build", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    [document] = read_manifest(printed.encode())
    assert document.source == "query A {\n  __typename\n}"
    assert document.id == hashlib.sha256(document.source.encode()).hexdigest()
    output = tmp_path / "documents.json"
    assert main(["documents", "build", str(tmp_path), "--output", str(output)]) == 0
    assert output.read_text() == printed
    assert json.loads(printed)["operations"][0]["name"] == "A"
    (tmp_path / "b.graphql").write_text("{ a }")
    assert main(["documents", "build", str(tmp_path)]) == 1
    assert capsys.readouterr().err.endswith("b.graphql:1: an operation must have a name\n")
    assert main(["documents", "build", str(tmp_path / "none")]) == 2


@pytest.mark.parametrize(
    ("script", "names"),
    [
        (
            "// the `gql` tag\nconst a = `x`; // gql`query No { a }`\n/* the `gql` tag */ gql`query A { a }`",
            "A",
        ),
        ("const s = 'gql`query No { a }`', t = \"it's gql`\"; gql`query A { a }`", "A"),
        ("const r = /[/`]'/g.test(x / 2) && /`/; gql`query A { a }`", "A"),
        ("const t = `a ${b ? `gql${{}}` : gql`query A { a }`} gql`; gql`query B { a }`", "A B"),
        ("gql<Data, Map<string, {a: 1}>>`query A { a }`", "A"),
        ("gql<Data>(`query A { a }`), gql(\n  /* GraphQL */ `query B { a }`,\n)", "A B"),
        ('<p title="`">don\'t {`x${n}`} <br /> {n / 2}</p>; gql`query A { a }`', "A"),
        ("myGraphql`query No { a }`; x.gql`query No { a }`; gql`query A { a }`", "A"),
        ("gql`query A { a } ${[1, {b: `}`}].map((x) => { return x; })} query B { a }`", "A B"),
    ],
)
def test_what_is_a_template(script: str, names: str) -> None:
    assert [name for name, _, _ in build_operations(texts_in("a.tsx", script))] == names.split()


@pytest.mark.parametrize(
    "inserted", ["a { ${FIELDS} }", "a(first: ${N}) { b }", "a { b ${FIELDS} }", "...${name}"]
)
def test_insertions_that_are_no_fragments_are_refused(inserted: str) -> None:
    script = f"const a = 1;\ngql`\n  ${{fragment}}\n  query A {{ x {inserted} }}\n`"
    with pytest.raises(NotBuiltError) as caught:
        build_operations(texts_in("a.ts", script))
    assert caught.value.lines == [
        "a.ts:4: what ${…} puts here is not known; only whole fragments may be put in"
    ]
