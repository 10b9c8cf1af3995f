"""What an operation has paid, and what its caller is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import ErrorCode, RequestError
from server.admission.budgets import ThrottledError
from server.documents.preparing import DocumentRefusedError
from server.http.rate_limit import limit_field, policy_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.admission.account import Account
    from server.admission.budgets import Budgets
    from server.http.responses import HeaderFields


class Receipt:
    """Of one operation.

    Args:
        budgets: Where it is paid; None where nobody has a budget.
        account: Who pays; None for a caller without a budget.
        is_wanted: Whether the caller wants to see it.

    Attributes:
        estimate: Points that it costs at the most; None while that is not known.
        actual: Points that it has cost; None where that is not known.
    """

    __slots__ = ("_account", "_budgets", "_is_wanted", "actual", "estimate")

    def __init__(self, budgets: Budgets | None, account: Account | None, *, is_wanted: bool) -> None:
        self._budgets = budgets
        self._account = account
        self._is_wanted = is_wanted
        self.estimate: int | None = None
        self.actual: int | None = None

    async def pay(self, points: int) -> None:
        """Pays the estimate.

        Raises:
            RequestError: It is more than the whole budget (COST_LIMIT_EXCEEDED).
            ThrottledError: It is more than is left.
        """
        self.estimate = points
        if self._budgets is not None and self._account is not None:
            await self._budgets.admit(self._account, points)

    def settle(self, actual: int) -> None:
        """Notes what the operation has cost; the rest comes back."""
        self.actual = actual
        if self._budgets is not None and self._account is not None and self.estimate is not None:
            self._budgets.settle(self._account, self.estimate, actual)

    def fail(self, error: Exception) -> None:
        """Has all come back that was paid for an operation that ended with an error.

        Not where its time was over, or the error is a defect: it may have cost as much as was estimated.
        """
        is_refusal = isinstance(error, RequestError | DocumentRefusedError)
        if is_refusal and getattr(error, "code", None) is not ErrorCode.TIMEOUT:
            self.settle(0)

    def extension(self, outcome: object) -> Mapping[str, Any] | None:
        """What stands in the answer; None for nothing. As Shopify's API has it.

        Args:
            outcome: What came of the operation.
        """
        if self.estimate is None or not (self._is_wanted or isinstance(outcome, ThrottledError)):
            return None
        status = None
        if self._budgets is not None and self._account is not None:
            policy = self._account.policy
            rate = policy.rate / 1000
            status = {
                "maximumAvailable": policy.capacity,
                "currentlyAvailable": self._budgets.standing(self._account).available,
                "restoreRate": int(rate) if rate.is_integer() else rate,
            }
        return {
            "requestedQueryCost": self.estimate,
            "actualQueryCost": self.actual,
            "throttleStatus": status,
        }

    def fields(self, outcome: object = None) -> HeaderFields:
        """The header fields of an answer that tell of the caller's budget.

        Args:
            outcome: What came of the request.
        """
        if self._budgets is None or self._account is None:
            return ()
        account = self._account
        policy = policy_field(account.policy.capacity, account.refill_milliseconds)
        if not account.is_known:
            return (policy,)
        available, milliseconds = self._budgets.standing(account)
        if not isinstance(outcome, ThrottledError):
            return (policy, limit_field(available, milliseconds))
        limit = limit_field(available, outcome.seconds * 1000)
        return (policy, limit, (b"retry-after", b"%d" % outcome.seconds))
