"""Documents that are meant to cost: for the schema of the demo data, whole or without any."""

from __future__ import annotations

from server.documents.limits import DocumentLimits

DEFAULTS = DocumentLimits(max_tokens=5000, max_depth=20, max_aliases=100, max_root_fields=50)
"""The limits unless settings say otherwise."""


def _each(template: str, count: int, separator: str = " ") -> str:
    """The template for each number, with N for the number and M for the one after it."""
    return separator.join(template.replace("N", str(n)).replace("M", str(n + 1)) for n in range(count))


def _countries(selections: str) -> str:
    return f"{{ countries {{ nodes {{ {selections} }} }} }}"


_DENSE = " ".join(
    f"fragment f{n} on Query {{ {' '.join(f'...f{m}' for m in range(n + 1, 67))} __typename }}"
    for n in range(67)
)
_NAMES = "name " * 4880

CATALOGUE: dict[str, str] = {
    "10,000 aliases": f"{{ {_each('aN: __typename', 10_000)} }}",
    "fragment doubling, 30 levels": f"{{ ...f0 }} {_each('fragment fN on Query { ...fM ...fM }', 30)}"
    " fragment f30 on Query { __typename }",
    "fragment doubling within fields": f"{_countries('...f0')}"
    f" {_each('fragment fN on Country { airports { nodes { country { ...fM ...fM } } } }', 30)}"
    " fragment f30 on Country { name }",
    "inline fragments, 200 of 100 fields": "{ "
    + f"... on Query {{ {'countries { totalCount } ' * 100} }} " * 200
    + "}",
    "inline fragments, 200 levels": "{ " + "... on Query { countries { totalCount } " * 190 + "}" * 191,
    "a cycle of two fragments": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "a cycle of 550 fragments": f"{{ ...f0 }} {_each('fragment fN on Query { ...fM }', 550)}"
    " fragment f550 on Query { ...f0 }",
    "5,000 repeated directives": "{ __typename " + "@skip(if: false) " * 5000 + "}",
    "700 repeated directives": "{ __typename " + "@skip(if: false) " * 700 + "}",
    "300,000 tokens": "{ " + "a " * 300_000 + "}",
    "a million comment lines": "#\n" * 1_000_000 + "{ __typename }",
    "49,000 comment lines": "#\n" * 49_000 + "{ __typename }",
    "3,000 deep selections": "{ countries " * 3000 + "}" * 3000,
    "190 deep selections": "{ countries " * 190 + "}" * 190,
    "5,000 deep list literals": f"{{ countries(orderBy: {'[' * 5000}{']' * 5000}) {{ totalCount }} }}",
    "190 deep list literals": f"{{ countries(orderBy: {'[' * 190}{']' * 190}) {{ totalCount }} }}",
    "circular introspection": "{ __schema { types { "
    + "fields { type { " * 90
    + "name "
    + "} } " * 90
    + "} } }",
    "circular introspection, short": "{ __schema { types { "
    + "fields { type { " * 4
    + "name "
    + "} } " * 4
    + "} } }",
    "a number of 5,000 digits": f"{{ countries(first: {'9' * 5000}) {{ totalCount }} }}",
}
"""What is known to hurt servers; each must be refused."""

WITHIN_TOKENS: dict[str, str] = {
    "many fields, one unknown": _countries(f"{_NAMES} wrong"),
    "many fields, one conflict": _countries(f"{_NAMES} name: __typename"),
    "many fields, one unused variable": "query ($a: Int) " + _countries(_NAMES),
    "fields that overlap": "{ " + "countries { nodes { name } } " * 700 + "}",
    "fields that overlap below": f"{{ {'countries { totalCount nodes { name } } ' * 45} x }}",
    "fields that overlap through fragments": _countries(_each("...fN", 400) + " currencies: name")
    + _each(" fragment fN on Country { currencies { totalCount } }", 400),
    "conflicts": _countries("airports { nodes { x: name } } airports { nodes { x: iata } } " * 45),
    "fragments that spread all others": f"{{ ...f0 }} {_DENSE}",
    "a tree of fragments with aliases": _countries("...f0")
    + _each(
        " fragment fN on Country { a: airports { nodes { country { ...fM } } }"
        " b: airports { nodes { country { ...fM } } } }",
        6,
    )
    + " fragment f6 on Country { name }",
    "unknown fields": _countries(_each("namN", 4800)),
    "unknown arguments": f"{{ countries({_each('firsN: 1', 1600)}) {{ totalCount }} }}",
    "unknown types": _each("query qN($a: Countri) { __typename }", 400),
    "unknown types of fragments": "{ __typename } " + _each("fragment fN on CountrieN { a }", 600),
    "unknown directives": f"{{ __typename {'@a ' * 2400}}}",
    "fragments that are not used": "{ __typename } " + _each("fragment fN on Query { __typename }", 700),
    "variables that are not used": f"query ({_each('$vN: Int', 1200)}) {{ __typename }}",
    "variables that are there again": f"query ({'$v: Int ' * 1200}) {{ __typename }}",
    "variables of many operations": _each("query qN($v: String) { ...f }", 180)
    + f" fragment f on Query {{ countries(filter: {{name: {{in: [{'$v ' * 1150}]}}}}) {{ totalCount }} }}",
    "fragments of many operations": _each("query qN { ...f0 }", 300)
    + _each(" fragment fN on Query { ...fM }", 190)
    + " fragment f190 on Query { __typename }",
    "many operations": _each("query qN { __typename }", 900) + " { x }",
    "many operations of one name": "query q { __typename } " * 900,
    "a long list with one wrong value": f"{{ countries(filter: {{name: {{in: [{chr(34)}a{chr(34)}"
    + ' "a"' * 4700
    + " 1]}}) { totalCount } }",
    "unknown input fields": f"{{ countries(filter: {{{_each('nameN: 1', 1600)}}}) {{ totalCount }} }}",
    "the same input fields": f"{{ countries(filter: {{{'name: {eq: 1} ' * 600}}}) {{ totalCount }} }}",
    "unknown enum values": f"{{ countries(orderBy: [{_each('{name: ASCN}', 900)}]) {{ totalCount }} }}",
    "a deep filter": f"{{ countries(filter: {'{not: ' * 190}{{x: 1}}{'}' * 190}) {{ totalCount }} }}",
    "1,600 aliases": _countries(_each("aN: name", 1600)),
    "650 root fields": f"{{ {'countries { totalCount } ' * 650}}}",
    "a name of 99,000 characters": f"{{ {'a' * 99_000} }}",
    "a comment of 99,000 characters": f"# {'x' * 99_000}\n{{ wrong }}",
    "a text of 99,000 characters": f'{{ node(id: "{"a" * 99_000}") {{ wrong }} }}',
    "a block text of 99,000 characters": f'{{ node(id: """{chr(10).join(["a"] * 49_000)}""") {{ wrong }} }}',
    "a text of 16,000 escapes": '{ node(id: "' + "\\u0041" * 16_000 + '") { wrong } }',
    "99,000 commas": f"{{ wrong {',' * 99_000} }}",
}
"""What could cost although its text is short enough; each must be refused."""
