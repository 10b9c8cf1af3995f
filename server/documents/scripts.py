"""GraphQL in JavaScript and TypeScript: where its templates are.

A scan of tokens, no parser: comments, strings, regular expressions and other templates are told apart, since
what looks like a template within one of these is none.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<string> '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" )
    | (?P<template> ` )
    | (?P<slash> / )
    | (?P<open> \{ ) | (?P<close> \} )
    """,
    re.DOTALL | re.VERBOSE,
)
_IN_TEMPLATE = re.compile(r"\\.|`|\$\{", re.DOTALL)
_MAGIC = re.compile(r"/\*\s*GraphQL\s*\*/")
_BEFORE = re.compile(
    r"(?:(?<![\w.$])(?:gql|graphql)\s*(?:<[^;(`]*>\s*)?(?:\(\s*)?(?:/\*GraphQL\*/\s*)?|/\*GraphQL\*/\s*)\Z"
)
"""What stands in front of a template of GraphQL: a tag, with types or as a call, or a comment."""
_BEFORE_LENGTH = 500

_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/")
_BEFORE_REGEX = re.compile(
    r"(?:\A|[(,=:\[!&|?{;+\-*%~^]|(?<![\w.$])(?:return|typeof|case|in|of|void|throw|else|yield|await))\s*\Z"
)
"""A slash behind these begins a regular expression. Behind others it divides, or ends an element of JSX."""

_ESCAPED = re.compile(r"\\([`$\\])")
_TEXTS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\#[^\n]*', re.DOTALL)


def templates_in(content: str) -> list[tuple[int, str]]:
    """The GraphQL templates of a script.

    Returns:
        Of each, where its text begins in the script, and the text. What is inserted between definitions is
        left out; within one `${}` is left, which no document can have.
    """
    found: list[tuple[int, str]] = []
    _scan(content, 0, found, within=False)
    return sorted(found)


def _scan(content: str, position: int, found: list[tuple[int, str]], *, within: bool) -> int:
    """Goes through code up to its end, or to the brace that ends an insertion; returns where that is."""
    code = ""  # what stands before, without comments and what strings have
    depth = 0
    while (token := _TOKEN.search(content, position)) is not None:
        code = (code + content[position : token.start()])[-_BEFORE_LENGTH:]
        position = token.end()
        match token.lastgroup:
            case "comment":
                code += "/*GraphQL*/" if _MAGIC.fullmatch(token[0]) else " "
            case "string":
                code += "''"
            case "template":
                position = _template(content, position, found, is_graphql=_BEFORE.search(code) is not None)
                code += "``"
            case "slash":
                regex = _REGEX.match(content, token.start()) if _BEFORE_REGEX.search(code) else None
                position = position if regex is None else regex.end()
                code += "/"
            case "open":
                depth += 1
                code += "{"
            case _:
                if within and depth == 0:
                    return position
                depth -= 1
                code += "}"
    return len(content)


def _template(content: str, start: int, found: list[tuple[int, str]], *, is_graphql: bool) -> int:
    """Goes through a template from behind its opening backtick; returns where it ends."""
    parts: list[str] = []
    position = start
    while (token := _IN_TEMPLATE.search(content, position)) is not None:
        parts.append(content[position : token.start()])
        position = token.end()
        if token[0] == "`":
            break
        if token[0] == "${":
            inserted = position
            position = _scan(content, position, found, within=True)
            lines = "\n" * content.count("\n", inserted, position)  # those that follow keep their numbers
            known = is_graphql and _between_definitions("".join(parts))
            parts.append(lines if known else "${}" + lines)
        else:
            parts.append(_ESCAPED.sub(r"\1", token[0]))
    else:
        return len(content)  # never ended: no template, nor a script
    if is_graphql:
        found.append((start, "".join(parts)))
    return position


def _between_definitions(text: str) -> bool:
    bare = _TEXTS.sub("", text)
    return all(bare.count(opening) == bare.count(closing) for opening, closing in ("{}", "()"))
