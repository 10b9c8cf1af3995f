"""Documents of nearly as many tokens as are allowed, with variables in nearly all that costs something."""

from __future__ import annotations

from typing import Any

MAX_TOKENS = 5000
"""As by default."""

NEW_ARTIST = 'artistId: 1, name: "a"'


def costly_documents() -> dict[str, tuple[str, dict[str, Any]]]:
    """By name, documents of the music store and their variables."""
    page = "albums(first: $n) { nodes { title } }"
    pages = " ".join(f"a{n}: {page}" for n in range(300))
    others = " ".join(f"a{n}: albums(first: $v{n}) {{ nodes {{ title }} }}" for n in range(240))
    spread = " ".join("...F @skip(if: $b)" for _ in range(480))
    counted = "fragment F on Artist { albums { totalCount } }"
    deep = f"{'albums(first: $n) { nodes { artist { ' * 55} name {'} } } ' * 55}"
    deeper = " ".join(f"a{n}: artists(first: $n) {{ nodes {{ {deep} }} }}" for n in range(5))
    chain = " ".join(
        f"fragment F{n} on Artist {{ ...F{n + 1} ...F{n + 1} a{n}: {page} }}" for n in range(175)
    )
    rows = " ".join(f"{{{NEW_ARTIST} albums: {{create: [$c]}}}}" for _ in range(230))
    return {
        "pages": (f"query ($n: Int) {{ {pages} }}", {"n": 7}),
        "variables": (
            f"query ({' '.join(f'$v{n}: Int' for n in range(240))}) {{ {others} }}",
            {f"v{n}": n for n in range(240)},
        ),
        "conditions": (
            f'query ($b: Boolean!) {{ node(id: "x") {{ {spread} }} }} {counted}',
            {"b": False},
        ),
        "depth": (f"query ($n: Int) {{ {deeper} }}", {"n": 2}),
        "fragments": (
            f"query ($n: Int) {{ artists {{ nodes {{ ...F0 }} }} }} {chain} fragment F175 on Artist {{id}}",
            {"n": 2},
        ),
        "input": (
            f"mutation ($c: CreateAlbumInput!) {{ createArtists(input: [{rows}]) {{ affectedCount }} }}",
            {"c": {"title": "b"}},
        ),
    }
