"""The store of kept answers by itself."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from db.catalogue.model import QualifiedName
from resolvers.notes import Dependencies
from server.caching.store import Entry, Store
from server.caching.tags import MAX_TAGS, tag_fields
from server.http.compression import Variants

if TYPE_CHECKING:
    from collections.abc import Callable

ALBUM = QualifiedName("public", "album")


def depends(*tables: QualifiedName, rows: int = 0) -> Dependencies:
    single = {ALBUM: frozenset((("album_id",), (n,)) for n in range(rows))} if rows else {}
    return Dependencies(frozenset(tables), single, everything=False, per_caller=False)


class Watched(Variants):
    """Can be seen to be gone."""


@pytest.mark.parametrize("let_go", [Store.clear, lambda store: store.remove("key")])
def test_entries_that_are_let_go_of_are_gone_at_once(let_go: Callable[[Store], None]) -> None:
    """Their bodies are large, and the garbage collector comes rarely."""
    store = Store(100_000)
    kept = Entry(b"{}", 0.0, 60, is_public=True, dependencies=depends(ALBUM), variants=Watched())
    store.put("key", kept, 0, 3)
    assert store.get("key") is kept
    gone = weakref.ref(kept.variants)
    del kept
    gc.disable()
    try:
        assert gone() is not None
        let_go(store)
        assert gone() is None
    finally:
        gc.enable()


def test_many_tags_are_those_of_tables_and_very_many_are_one() -> None:
    [(_, keys), (_, tags)] = tag_fields(depends(ALBUM, rows=3))
    assert keys.split(b" ") == tags.split(b",")
    assert keys.split(b" ")[0] == b"public.album"
    assert b"public.album:album_id=2" in keys.split(b" ")
    assert tag_fields(depends(rows=MAX_TAGS))[0][1] == b"public.album"
    endless = [QualifiedName("public", f"table_{n}") for n in range(MAX_TAGS)]
    assert tag_fields(depends(*endless))[0][1] == b"everything"
