"""Which budget a caller has, and who counts as the same caller."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from core.errors import StartupError
from server.admission.bucket import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.identity import Identity
    from server.settings import Settings

KEY_PREFIX = "loadstone:budget:"
"""What the keys of buckets begin with in Redis."""

MAX_REFILL_DAYS = 30
"""The longest that an empty bucket may take to be full: as long as Redis keeps it."""

_MAX_REFILL_MILLISECONDS = MAX_REFILL_DAYS * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Policies:
    """The budgets of all roles.

    Attributes:
        default: Of roles that have none of their own; None for no budget.
        by_role: Of roles that have.
    """

    default: Policy | None = None
    by_role: Mapping[str | None, Policy | None] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether anybody has a budget."""
        return self.default is not None or any(self.by_role.values())

    def of(self, role: str | None) -> Policy | None:
        """The budget of each caller of a role; None where they have none."""
        return self.by_role.get(role, self.default)


def policies_of(settings: Settings) -> Policies:
    """The budgets that are set.

    Raises:
        StartupError: One of them would take too long to come back.
    """
    by_role: dict[str | None, Policy | None] = {}
    for role, budget in settings.role_budgets:
        rate = settings.budget_per_second if budget.per_second is None else budget.per_second
        by_role[role] = _policy(budget.points, rate, f"role_budgets, of {role!r}")
    default = _policy(settings.budget_points, settings.budget_per_second, "budget_per_second")
    return Policies(default, by_role)


def _policy(points: int, per_second: float, name: str) -> Policy | None:
    if not points:
        return None
    policy = Policy(points, round(per_second * 1000))
    if policy.refill_milliseconds > _MAX_REFILL_MILLISECONDS:
        raise StartupError(
            f"{name}: {points} points, {per_second:g} a second, "
            f"are not there again within {MAX_REFILL_DAYS} days"
        )
    return policy


def bucket_key(identity: Identity, *, is_anonymous: bool, network: str) -> str:
    """Where a caller's bucket is kept: of anonymous ones by where they come from, of others by who they are.

    Args:
        identity: Who asks.
        is_anonymous: Whether they are anybody at all.
        network: Where they come from (`server.http.client_address`).
    """
    if is_anonymous:
        return _digest("network", network)
    if identity.name is not None:
        return _digest("name", identity.role, identity.name)
    return _key_by_claims(identity)


@lru_cache(maxsize=10_000)
def _key_by_claims(identity: Identity) -> str:
    # Tokens of one subject come and go, and their claims with them.
    claims = {} if identity.claims is None else json.loads(identity.claims)
    subject = claims.get("sub")
    if isinstance(subject, str) and subject:
        return _digest("subject", identity.role, str(claims.get("iss", "")), subject)
    return _digest("claims", identity.role, identity.claims)


@lru_cache(maxsize=10_000)
def _digest(*parts: str | None) -> str:
    digest = hashlib.blake2b(json.dumps(parts).encode(), digest_size=16)
    return KEY_PREFIX + digest.hexdigest()
