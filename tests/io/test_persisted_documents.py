"""Persisted documents over real sockets."""

from __future__ import annotations

import hashlib
import json
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from tests.io.conftest import once, until

if TYPE_CHECKING:
    from demo.valkey import EmbeddedValkey
    from tests.io.conftest import Serve

TEXT = "query Artist($id: Int!) { artist(by: {rowId: $id}) { name } }"
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()
PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}
VARIABLES = {"id": 7}
DATA = {"data": {"artist": {"name": "artist 7"}}}


async def test_a_document_is_registered_once_and_read_by_get(client: httpx.AsyncClient) -> None:
    named = {"extensions": PERSISTED, "variables": VARIABLES}
    missing = await client.post(
        "/graphql", json={"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}}
    )
    assert (missing.status_code, missing.json()["errors"][0]["message"]) == (200, "PersistedQueryNotFound")
    assert missing.headers["cache-control"] == "no-store"
    registered = await client.post("/graphql", json={"query": TEXT, **named})
    assert registered.json() == DATA
    assert (await client.post("/graphql", json=named)).json() == DATA
    parameters = {name: json.dumps(value) for name, value in named.items()}
    assert (await client.get("/graphql", params=parameters)).json() == DATA
    by_id = {"documentId": f"sha256:{DIGEST}", "variables": json.dumps(VARIABLES)}
    assert (await client.get("/graphql", params=by_id)).json() == DATA


@once
async def test_workers_share_documents_and_read_the_manifest_anew(
    serve: Serve, shop_url: str, valkey: EmbeddedValkey, tmp_path: Path
) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({DIGEST: TEXT}))
    settings = ("--trusted-documents", str(manifest), "--persisted-documents", "only")
    with serve(shop_url, "--workers", "2", "--redis", valkey.url, *settings) as server:

        async def ask(body: dict[str, Any]) -> Any:
            async with httpx.AsyncClient(base_url=server.url) as client:  # whichever worker takes it
                return (await client.post("/graphql", json=body)).json()

        for _ in range(6):
            assert await ask({"documentId": f"sha256:{DIGEST}", "variables": VARIABLES}) == DATA
            refused = await ask({"query": "{ __typename }"})
            assert refused["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_ID_REQUIRED"
        manifest.write_text(json.dumps({"other": "{ __typename }"}))
        server.process.send_signal(signal.SIGHUP)

        async def all_know_it() -> bool:
            answers = [await ask({"documentId": "other"}) for _ in range(6)]
            return all(each == {"data": {"__typename": "Query"}} for each in answers)

        await until(all_know_it, 20)


def test_the_hash_of_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs/persisted-documents.md").read_text()
    [digest] = re.findall(r"HASH=([0-9a-f]{64})", text)
    [query] = re.findall(r'"query": "([^"]+)", "extensions"', text)
    assert hashlib.sha256(query.encode()).hexdigest() == digest
