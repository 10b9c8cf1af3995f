"""Which tables and columns `include` and `exclude` leave."""

from __future__ import annotations

import pytest

from schema.patterns import Patterns, parts_of

PATHS = [
    ("public", "track"),
    ("public", "track", "name"),
    ("public", "account"),
    ("public", "account", "password"),
    ("audit", "entry"),
    ("audit", "entry", "name"),
]


def left(include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
    patterns = Patterns.of(include, exclude)
    return [".".join(path) for path in PATHS if patterns.serve(*path)]


ALL = left()


@pytest.mark.parametrize(
    ("include", "exclude", "gone"),
    [
        ((), (), set()),
        (("public",), (), {"audit.entry", "audit.entry.name"}),
        (("public.*",), (), {"audit.entry", "audit.entry.name"}),
        (("p*.t*", "audit"), (), {"public.account", "public.account.password"}),
        (("*.*.name",), (), {"public.account.password"}),
        ((), ("audit",), {"audit.entry", "audit.entry.name"}),
        ((), ("*.entr?",), {"audit.entry", "audit.entry.name"}),
        ((), ("*.*.pass*",), {"public.account.password"}),
        (("public",), ("public.account",), set(ALL) - {"public.track", "public.track.name"}),
        ((), ("Public", "public.trac", "track"), set()),
    ],
)
def test_what_is_left(include: tuple[str, ...], exclude: tuple[str, ...], gone: set[str]) -> None:
    assert set(ALL) - set(left(include, exclude)) == gone


@pytest.mark.parametrize("pattern", ["", ".", "a.", ".a", "a..b", "a.b.c.d"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ValueError, match="patterns like"):
        parts_of(pattern)


def test_patterns_that_nothing_meets() -> None:
    patterns = Patterns.of(("public", "sales"), ("*.*.password", "*.*.secret", "audit.entry"))
    columns = [path for path in PATHS if len(path) == 3]
    assert patterns.idle(columns) == [("include", "sales"), ("exclude", "*.*.secret")]
