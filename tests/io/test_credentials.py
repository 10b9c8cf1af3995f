"""GraphiQL's place for credentials, in a real browser: sent with all requests, forgotten with the tab."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, expect

from server.application import Application, open_service
from server.identity.api_keys import new_api_key
from server.identity.minting import mint_token
from server.listening import open_listeners
from server.runners.hypercorn import serve
from server.setting_kinds import Address
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser


DATABASE = """
DO $$ BEGIN
    CREATE ROLE login_of_pages LOGIN NOINHERIT;
    CREATE ROLE page_reader; CREATE ROLE page_writer;
    GRANT page_reader, page_writer TO login_of_pages;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
CREATE TABLE letter (letter_id int PRIMARY KEY, subject text NOT NULL);
CREATE TABLE draft (draft_id int PRIMARY KEY, subject text NOT NULL);
CREATE TABLE vault (vault_id int PRIMARY KEY, contents text NOT NULL);
INSERT INTO letter VALUES (1, 'to all');
INSERT INTO draft VALUES (1, 'not yet');
GRANT SELECT ON letter TO page_reader, page_writer;
GRANT SELECT ON draft TO page_writer;
GRANT SELECT ON vault TO login_of_pages;
"""

OBSERVE = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""

SECRET = "a secret of at least thirty-two bytes"  # noqa: S105 - of this test


@dataclass(frozen=True, slots=True)
class House:
    """A server that wants to know who asks.

    Attributes:
        address: Its page.
        reader: A token of one who reads letters.
        writer: A token of one who reads drafts, too.
        key: An API key of the same.
    """

    address: str
    reader: str
    writer: str
    key: str


@pytest.fixture(scope="module")
async def house(
    create_database: Callable[[str], Awaitable[str]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    keys = tmp_path_factory.mktemp("keys") / "keys.toml"
    key = new_api_key("a writer", "page_writer")
    keys.write_text(key.entry)
    settings = Settings(
        database_url=(await create_database(DATABASE)).replace("//postgres@", "//login_of_pages@"),
        bind=(Address("127.0.0.1", 0),),
        jwt_secret=SECRET,
        api_keys_file=keys,
        schema_watch="off",
    )

    listeners = open_listeners(settings)
    application, ready, stop = Application(partial(open_service, settings)), asyncio.Event(), asyncio.Event()
    async with application.opened():
        serving = asyncio.create_task(serve(application, settings, listeners, ready=ready.set, asked=stop))
        await ready.wait()
        reader, writer = (
            mint_token(settings, role, (), 600, time.time()) for role in ("page_reader", "page_writer")
        )
        yield House(f"http://127.0.0.1:{listeners[0].address.port}/graphql", reader, writer, key.key)
        stop.set()
        await serving


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of a browser that was never here; the test fails if it does what its security policy forbids."""
    context = await browser.new_context(viewport={"width": 1360, "height": 820})
    await context.add_init_script(OBSERVE)
    page = await context.new_page()
    yield page
    assert await page.evaluate("() => window.violations") == []
    await context.close()


async def use(page: Page, secret: str, kind: str = "Bearer token") -> None:
    """Pastes a credential, by keyboard as far as it goes."""
    await page.get_by_role("radio", name=kind).check()
    await page.get_by_role("textbox", name=kind).fill(secret)
    await page.keyboard.press("Enter")


async def run(page: Page, query: str) -> dict[str, str]:
    """Runs a query; gives the header fields that it was sent with."""
    await page.get_by_label("Operation Editor").locator("textarea").focus()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.insert_text(query)
    async with page.expect_request(
        lambda request: request.method == "POST" and "IntrospectionQuery" not in (request.post_data or "")
    ) as sent:
        await page.locator(".graphiql-execute-button").click()
    return (await sent.value).headers


async def types(page: Page) -> list[str]:
    """The fields that the documentation tells of."""
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.get_by_role("region", name="Documentation Explorer")
    await docs.get_by_role("link", name="Query").click()
    names = await docs.locator(".graphiql-doc-explorer-field-name").all_text_contents()
    await page.get_by_role("button", name="Show Credentials").click()
    return names


async def test_the_page_tells_nobody_of_the_schema(page: Page, house: House) -> None:
    await page.goto(house.address)
    await expect(page.get_by_role("region", name="Credentials")).to_be_visible()
    await expect(page.get_by_role("status")).to_have_text("Requests are sent without credentials.")
    await expect(page.get_by_role("button", name="Examples")).to_have_count(0)
    assert "vault" not in (await page.content()).lower()
    await run(page, "{ letters { nodes { subject } } }")
    await expect(page.locator(".result-window")).to_contain_text("Credentials are needed.")


async def test_a_token_is_sent_with_queries_and_for_the_schema(page: Page, house: House) -> None:
    await page.goto(house.address)
    async with page.expect_request(
        lambda request: (
            "IntrospectionQuery" in (request.post_data or "") and "authorization" in request.headers
        )
    ) as asked:
        await use(page, f"  Bearer {house.reader[:5]}\n{house.reader[5:]} ")
    assert (await asked.value).headers["authorization"] == f"Bearer {house.reader}"
    await expect(page.get_by_role("status")).to_have_text("Requests are sent with this bearer token.")
    headers = await run(page, "{ letters { nodes { subject } } }")
    assert headers["authorization"] == f"Bearer {house.reader}"
    await expect(page.locator(".result-window")).to_contain_text('"subject": "to all"')


async def test_the_documentation_is_that_of_the_role(page: Page, house: House) -> None:
    await page.goto(house.address)
    await use(page, house.reader)
    reader = await types(page)
    assert "letters" in reader
    assert "drafts" not in reader
    await use(page, house.key, "API key")
    assert {"letters", "drafts"} <= set(await types(page))
    assert (await run(page, "{ drafts { nodes { subject } } }"))["x-api-key"] == house.key
    await expect(page.locator(".result-window")).to_contain_text('"subject": "not yet"')


async def test_a_wrong_token_shows_the_error_and_no_schema(page: Page, house: House) -> None:
    await page.goto(house.address)
    await use(page, house.writer)
    await types(page)
    await run(page, "{ drafts { nodes { subject } } }")
    await expect(page.locator(".result-window")).to_contain_text("not yet")
    await use(page, house.writer[:-4])
    await expect(page.locator(".result-window")).not_to_contain_text("not yet")
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.get_by_role("region", name="Documentation Explorer")
    await expect(docs).to_contain_text("Error fetching schema")
    await expect(docs).not_to_contain_text("drafts")
    await run(page, "{ drafts { nodes { subject } } }")
    await expect(page.locator(".result-window")).to_contain_text("UNAUTHENTICATED")


async def test_it_lives_as_long_as_the_tab(page: Page, house: House) -> None:
    await page.goto(house.address)
    await use(page, house.reader)
    await page.reload()
    await expect(page.get_by_role("status")).to_have_text("Requests are sent with this bearer token.")
    assert (await run(page, "{ __typename }"))["authorization"] == f"Bearer {house.reader}"
    assert house.reader not in await page.evaluate("() => JSON.stringify({...localStorage})")

    other = await page.context.new_page()
    await other.goto(house.address)
    await expect(other.get_by_role("status")).to_have_text("Requests are sent without credentials.")

    await page.get_by_role("button", name="Forget").click()
    assert "authorization" not in await run(page, "{ __typename }")
    await page.reload()
    await expect(page.get_by_role("textbox", name="Bearer token")).to_have_value("")


async def test_header_fields_of_the_editor_go_before_it(page: Page, house: House) -> None:
    await page.goto(house.address)
    await use(page, house.reader)
    await page.get_by_role("button", name="Headers").click()
    await page.get_by_label("Headers").locator("textarea").last.focus()
    await page.keyboard.insert_text(f'{{"X-API-Key": "{house.key}"')
    headers = await run(page, "{ drafts { nodes { subject } } }")
    assert (headers["x-api-key"], headers.get("authorization")) == (house.key, None)
