from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http.content_coding import AS_IT_IS, Choice, Coding, choose

ALL = tuple(Coding)
ZSTD, GZIP, BROTLI = ALL
CHROMIUM = "gzip, deflate, br, zstd"
NAMES = ["zstd", "br", "gzip", "deflate", "identity", "*"]


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("deflate, compress", None),
        ("nonsense;;=,,", None),
        ("gzip", GZIP),
        ("GZip", GZIP),
        ("x-gzip", GZIP),
        ("gzip, deflate", GZIP),
        ("gzip, deflate, br", GZIP),
        (CHROMIUM, ZSTD),
        ("zstd;q=0.1, gzip;q=0.9", GZIP),
        ("zstd;q=0.5, br;q=0.5", ZSTD),
        ("br ; Q=0.8 , zstd ; q=0.7", BROTLI),
        ("zstd;q=0, br;q=0.000", None),
        ("*", ZSTD),
        ("*;q=0.5, zstd;q=0", GZIP),
        ("gzip;q=0.5, *;q=0.1", GZIP),
        ("gzip, zstd;q=nonsense", GZIP),
        ("gzip, zstd;q=-1, br;q=nan", GZIP),
        ("zstd;q=7", ZSTD),
        ("zstd, zstd;q=0", None),
        ("identity, gzip", GZIP),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", GZIP),
        ("gzip;q=0.5, *", ZSTD),
        ("gzip;q=0.5, identity;q=0.1", GZIP),
    ],
)
def test_what_is_chosen(accept_encoding: str | None, coding: Coding | None) -> None:
    assert choose(accept_encoding, ALL) == Choice(coding, required=False)


@pytest.mark.parametrize(
    ("accept_encoding", "chosen"),
    [
        ("gzip, identity;q=0", Choice(GZIP, required=True)),
        ("gzip, *;q=0", Choice(GZIP, required=True)),
        ("gzip, *;q=0, identity;q=0.1", Choice(GZIP, required=False)),
        ("*;q=0, identity", AS_IT_IS),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("deflate, identity;q=0", None),
        ("identity;q=nonsense", AS_IT_IS),
        ("*;q=nonsense", AS_IT_IS),
    ],
)
def test_what_is_refused(accept_encoding: str, chosen: Choice | None) -> None:
    assert choose(accept_encoding, ALL) == chosen


def test_what_is_offered_first_is_preferred() -> None:
    assert choose(CHROMIUM, (GZIP, ZSTD)) == Choice(GZIP, required=False)
    assert choose(CHROMIUM, (BROTLI, GZIP)) == Choice(BROTLI, required=False)
    assert choose(CHROMIUM, (BROTLI,)) == Choice(BROTLI, required=False)
    assert choose("br", (GZIP, ZSTD)) == AS_IT_IS
    assert choose(CHROMIUM, ()) == AS_IT_IS
    assert choose("gzip, identity;q=0", ()) is None


QUALITIES = st.sampled_from(["", ";q=0", ";q=0.000", ";q=0.001", "; q=0.5", ";q=1", ";q=1.000"])
ITEMS = st.lists(st.tuples(st.sampled_from(NAMES), QUALITIES), max_size=6, unique_by=lambda item: item[0])


@given(ITEMS, st.permutations(ALL), st.integers(0, 3))
def test_nothing_is_sent_that_the_client_refuses(
    items: list[tuple[str, str]], order: list[Coding], number: int
) -> None:
    qualities = {name: float(text.partition("=")[2] or 1) for name, text in items}
    offered = tuple(order[:number])
    chosen = choose(", ".join(name + text for name, text in items), offered)

    def quality(coding: str, unsaid: float) -> float:
        return qualities.get(coding, qualities.get("*", unsaid))

    wanted = [coding for coding in offered if quality(coding, 0)]
    if chosen is None:
        assert not wanted
        assert quality("identity", 1) == 0
    elif chosen.coding is None:
        assert quality("identity", 1) > 0
        # What the client wants more than no coding, it gets.
        assert all(quality(coding, 0) < quality("identity", 0) for coding in wanted)
    else:
        assert chosen.coding in wanted
        assert quality(chosen.coding, 0) == max(quality(coding, 0) for coding in wanted)
        assert quality(chosen.coding, 0) >= quality("identity", 0)
        assert chosen.required is (quality("identity", 1) == 0)


@given(st.text() | st.text("gzip;q=01.,* -einf"))
def test_any_header_can_be_read(accept_encoding: str) -> None:
    choose(accept_encoding, ALL)
