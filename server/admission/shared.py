"""Buckets in Redis or Valkey, which all instances draw from."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoScriptError, ResponseError

from server.admission.bucket import LEASE_MILLISECONDS, Given
from server.redis_connection import RedisUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from server.admission.bucket import Ask, Policy
    from server.redis_connection import RedisConnection

SCRIPT = files("server.admission").joinpath("bucket.lua").read_text(encoding="utf-8")

_Question = "tuple[str, Policy, Ask]"


class SharedBuckets:
    """Asks many buckets in one round trip; each is changed by a script, at once and by Redis' own clock."""

    def __init__(self, redis: RedisConnection) -> None:
        self._redis = redis
        self._digest: str | None = None

    @property
    def is_available(self) -> bool:
        """Whether they can be asked."""
        return self._redis.is_available

    async def take(self, questions: Sequence[tuple[str, Policy, Ask]]) -> list[Given | None]:
        """What each bucket gives; None for one that could not be asked.

        Args:
            questions: The key of each bucket, what it holds, and what is asked of it.
        """
        try:
            answers = await self._redis.run(lambda client: self._run(client, questions))
        except RedisUnavailableError:
            return [None] * len(questions)
        return [None if isinstance(answer, ResponseError) else _given(answer) for answer in answers]

    async def _run(self, client: Redis, questions: Sequence[tuple[str, Policy, Ask]]) -> list[Any]:
        if self._digest is None:
            self._digest = await client.script_load(SCRIPT)
        answers = await self._evaluate(client, self._digest, questions)
        missed = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if missed:
            # It has been restarted.
            await client.script_load(SCRIPT)
            again = await self._evaluate(client, self._digest, [questions[index] for index in missed])
            for index, answer in zip(missed, again, strict=True):
                answers[index] = answer
        return answers

    @staticmethod
    async def _evaluate(
        client: Redis, digest: str, questions: Sequence[tuple[str, Policy, Ask]]
    ) -> list[Any]:
        pipeline = client.pipeline(transaction=False)
        for key, policy, ask in questions:
            pipeline.evalsha(digest, 1, key, *arguments(policy, ask))
        return await pipeline.execute(raise_on_error=False)


def arguments(policy: Policy, ask: Ask) -> list[str | int]:
    """What the script is given beside the key."""
    return [
        policy.capacity,
        policy.rate,
        LEASE_MILLISECONDS,
        ask.holder,
        ask.want,
        ask.share,
        ask.unused,
        ask.credit,
        *ask.needs,
    ]


def _given(answer: list[Any]) -> Given:
    level, room, leased, _, *paid = answer
    return Given(tuple([each == 1 for each in paid]), int(leased), int(level), int(room))
