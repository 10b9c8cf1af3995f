"""What operations have paid in the end, and what their callers are told."""

from __future__ import annotations

import pytest

from core.errors import ErrorCode, RequestError
from server.admission.bucket import Policy
from server.admission.budgets import Budgets, ThrottledError
from server.admission.receipt import Receipt
from server.documents.preparing import DocumentRefusedError
from server.http.errors import ClientGoneError
from server.http.media_types import MediaType
from server.http.responses import status_without_data

POLICY = Policy(100, 1500)
SLOW = Policy(100, 1)


def paying() -> tuple[Budgets, Receipt]:
    budgets = Budgets(None, 100)
    return budgets, Receipt(budgets, budgets.account("somebody", SLOW), is_wanted=True)


def left(budgets: Budgets) -> int:
    return budgets.standing(budgets.account("somebody", SLOW)).available


async def test_the_rest_of_the_estimate_comes_back() -> None:
    budgets, receipt = paying()
    await receipt.pay(60)
    assert left(budgets) == 40
    receipt.settle(25)
    assert left(budgets) == 75
    assert receipt.extension(None) == {
        "requestedQueryCost": 60,
        "actualQueryCost": 25,
        "throttleStatus": {"maximumAvailable": 100, "currentlyAvailable": 75, "restoreRate": 0.001},
    }


@pytest.mark.parametrize(
    ("error", "rest"),
    [
        (RequestError("away", ErrorCode.DATABASE_UNAVAILABLE), 100),
        (RequestError("wrong", ErrorCode.BAD_USER_INPUT), 100),
        (DocumentRefusedError([], ErrorCode.GRAPHQL_VALIDATION_FAILED), 100),
        (RequestError("slow", ErrorCode.TIMEOUT), 40),
        (ClientGoneError(), 40),
        (ZeroDivisionError(), 40),
    ],
)
async def test_what_ends_with_an_error(error: Exception, rest: int) -> None:
    budgets, receipt = paying()
    await receipt.pay(60)
    receipt.fail(error)
    assert left(budgets) == rest


async def test_who_is_refused_pays_nothing() -> None:
    budgets, receipt = paying()
    await receipt.pay(60)
    with pytest.raises(ThrottledError) as caught:
        await receipt.pay(60)
    assert left(budgets) == 40
    fields = dict(receipt.fields(caught.value))
    assert fields[b"ratelimit"] == b'"points";r=40;t=20000'
    assert fields[b"retry-after"] == b"20000"
    assert receipt.extension(caught.value) is not None


def test_header_fields() -> None:
    budgets = Budgets(None, 100)
    account = budgets.account("somebody", POLICY)
    receipt = Receipt(budgets, account, is_wanted=False)
    policy = (b"ratelimit-policy", b'"points";q=100;w=67;qu="points"')
    assert receipt.fields() == (policy,)  # nothing is known of it yet
    account.pay(50, 0)
    account.pay(1, 0)
    assert receipt.fields()[0] == policy
    assert receipt.extension(None) is None
    assert Receipt(None, None, is_wanted=True).fields() == ()


def test_throttled_has_a_status_of_its_own() -> None:
    told = [{"extensions": {"code": ErrorCode.THROTTLED}}]
    assert status_without_data(told, MediaType.GRAPHQL_RESPONSE) == 429
    assert status_without_data(told, MediaType.JSON) == 200
