"""The public audit suite of GraphQL over HTTP, `serverAudits` of graphql-http, against each server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.node import run_script

if TYPE_CHECKING:
    import pytest

    from tests.io.conftest import Server

AUDITS = 61
"""How many audits there are in the version that is locked."""


def test_all_public_audits_pass(shop: Server, subtests: pytest.Subtests) -> None:
    results = run_script("audits.mjs", f"{shop.url}/graphql")
    for audit in results:
        with subtests.test(f"{audit['id']} {audit['name']}"):
            assert (audit["status"], audit["reason"]) == ("ok", "")
    assert len({audit["id"] for audit in results}) == AUDITS
