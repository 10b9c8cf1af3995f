"""Admission, made from settings."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.admission.budgets import Budgets
from server.admission.policies import bucket_key, policies_of
from server.http.client_address import ClientAddresses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from db.identity import Identity
    from server.admission.account import Account
    from server.admission.policies import Policies
    from server.http.exchange import Exchange
    from server.redis_connection import RedisConnection
    from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Admission:
    """Which callers have budgets, and the budgets.

    Attributes:
        policies: Which budget a role has.
        addresses: Tells where requests come from.
        budgets: What operations are paid from.
    """

    policies: Policies
    addresses: ClientAddresses
    budgets: Budgets

    def account(self, exchange: Exchange, identity: Identity, *, is_anonymous: bool) -> Account | None:
        """Who pays for a request; None where its caller has no budget."""
        policy = self.policies.of(identity.role)
        if policy is None:
            return None
        network = ""
        if is_anonymous:
            network = self.addresses.network(exchange.peer, exchange.headers.get("x-forwarded-for"))
        key = bucket_key(identity, is_anonymous=is_anonymous, network=network)
        return self.budgets.account(key, policy)


@asynccontextmanager
async def open_admission(
    settings: Settings, redis: RedisConnection | None
) -> AsyncIterator[Admission | None]:
    """Admission; None where nobody has a budget. Leaving the context gives back what was leased.

    Args:
        settings: All settings.
        redis: Where instances share budgets.

    Raises:
        StartupError: A budget cannot be as it is set.
    """
    policies = policies_of(settings)
    if not policies.any:
        yield None
        return
    shared = None
    if redis is not None:
        # Redis' client takes a while to import.
        from server.admission.shared import SharedBuckets  # noqa: PLC0415

        shared = SharedBuckets(redis)
    budgets = Budgets(shared, round(settings.budget_lease_share * 1000))
    sweeping = asyncio.create_task(budgets.sweep())
    try:
        yield Admission(policies, ClientAddresses(settings.trusted_proxies), budgets)
    finally:
        sweeping.cancel()
        await budgets.close()
        await asyncio.gather(sweeping, return_exceptions=True)
