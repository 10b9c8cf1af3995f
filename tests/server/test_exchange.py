from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from server.http.errors import ClientGoneError, HttpError
from server.http.responses import Response
from tests.support.channel import Channel, chunk

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeChannel = Callable[..., Channel]

OK = Response(200, b"fine", ((b"content-length", b"4"),))


async def test_a_body_is_put_together(channel: MakeChannel) -> None:
    assert await channel("POST", "/", b"ab", b"", b"c").exchange.body(3, 1) == b"abc"


async def test_a_body_said_to_be_too_large_is_not_waited_for(channel: MakeChannel) -> None:
    asked = channel("POST", "/", b"abcd", headers={"content-length": "4"}, ends=False)
    with pytest.raises(HttpError) as caught:
        await asked.exchange.body(3, 60)
    assert (caught.value.status, asked.waiting) == (413, 1)


async def test_a_body_that_turns_out_too_large(channel: MakeChannel) -> None:
    with pytest.raises(HttpError) as caught:
        await channel("POST", "/", b"ab", b"cd", ends=False).exchange.body(3, 60)
    assert caught.value.status == 413


async def test_a_body_that_does_not_come(channel: MakeChannel) -> None:
    with pytest.raises(HttpError) as caught:
        await channel("POST", "/", b"ab", ends=False).exchange.body(3, 0.01)
    assert caught.value.status == 408


async def test_a_client_that_leaves_within_its_body(channel: MakeChannel) -> None:
    asked = channel("POST", "/", b"ab", ends=False)
    asked.leave()
    with pytest.raises(ClientGoneError):
        await asked.exchange.body(3, 60)


async def test_the_answer_is_there_before_an_unread_body_has_ended(channel: MakeChannel) -> None:
    asked = channel("POST", "/", b"ab", ends=False)
    answering = asyncio.create_task(asked.exchange.respond(OK))
    await asyncio.sleep(0.01)
    assert b"".join(message.get("body", b"") for message in asked.sent) == b"fine"
    assert (asked.ended, answering.done(), asked.waiting) == (False, False, 0)
    asked.put(chunk(b"cd"))
    await answering
    assert (asked.ended, asked.waiting) == (True, 0)


async def test_a_client_too_slow_to_ask_is_not_waited_for(channel: MakeChannel) -> None:
    asked = channel("POST", "/", b"ab", ends=False)
    started = time.monotonic()
    await asked.exchange.respond(Response(408, b"", ()))
    assert asked.ended
    assert time.monotonic() - started < 1


async def test_leaving_cancels_the_work(channel: MakeChannel) -> None:
    asked = channel("POST", "/", b"")
    await asked.exchange.body(3, 1)
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    working = asyncio.create_task(asked.exchange.while_connected(work(), 60))
    await asyncio.sleep(0.01)
    asked.leave()
    with pytest.raises(ClientGoneError):
        await working
    assert ended.is_set()


async def test_being_cancelled_is_not_the_client_leaving(channel: MakeChannel) -> None:
    asked = channel("POST", "/", b"")
    await asked.exchange.body(3, 1)
    working = asyncio.create_task(asked.exchange.while_connected(asyncio.sleep(60), 60))
    await asyncio.sleep(0.01)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_the_result_of_the_work(channel: MakeChannel) -> None:
    async def work() -> int:
        return 7

    async def defect() -> int:
        raise ZeroDivisionError

    asked = channel("POST", "/", b"")
    await asked.exchange.body(3, 1)
    assert await asked.exchange.while_connected(work(), 60) == 7
    with pytest.raises(ZeroDivisionError):
        await asked.exchange.while_connected(defect(), 60)


def test_several_fields_of_a_name_are_one() -> None:
    fields = [(b"accept", b"a"), (b"x", b"\xff"), (b"accept", b"b")]
    scope = {"method": "GET", "path": "/", "query_string": b"", "headers": fields}
    assert Channel(scope, []).exchange.headers == {"accept": "a, b", "x": "\xff"}


async def test_the_answer_to_head_has_no_body(channel: MakeChannel) -> None:
    asked = channel("HEAD", "/")
    await asked.exchange.body(3, 1)
    await asked.exchange.respond(OK)
    assert asked.sent[0]["headers"] == [(b"content-length", b"4")]
    assert [message["body"] for message in asked.sent[1:]] == [b""]


@pytest.mark.parametrize(
    ("headers", "ambiguous"),
    [
        ({"host": "a", "content-length": "27"}, False),
        ({"host": "a", "transfer-encoding": "chunked"}, False),
        ({"host": "a, b"}, True),
        ({"content-length": "27, 5"}, True),
        ({"content-length": "+27"}, True),
        ({"content-length": "27", "transfer-encoding": "chunked"}, True),
    ],
)
def test_heads_that_can_be_read_in_two_ways(
    channel: MakeChannel, headers: dict[str, str], *, ambiguous: bool
) -> None:
    assert channel("POST", "/", headers=headers).exchange.is_ambiguous == ambiguous
