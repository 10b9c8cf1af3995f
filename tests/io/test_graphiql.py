"""GraphiQL in a real browser: what a newcomer sees, over TLS, from this server alone."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.io.conftest import Server

# In the page: when the answer was first on the screen, and whatever the security policy forbade.
OBSERVE = """
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
    window.shown = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        if (document.querySelector(".result-window")?.textContent.includes("nodes")) {
          observer.disconnect();
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
        }
      }).observe(document, { childList: true, subtree: true, characterData: true });
    });
"""

# Presses the button; gives the milliseconds until the next answer is there.
RUN = """() => new Promise((resolve) => {
    const result = document.querySelector(".result-window");
    const start = performance.now();
    let cleared = false;
    new MutationObserver((_, observer) => {
      const answered = result.textContent.includes("nodes");
      cleared ||= !answered;
      if (cleared && answered) {
        observer.disconnect();
        resolve(performance.now() - start);
      }
    }).observe(result, { childList: true, subtree: true, characterData: true });
    document.querySelector(".graphiql-execute-button").click();
})"""

TABS_ARE_STORED = """async () => {
    while (!localStorage["graphiql:tabState"]?.includes("AlbumByKey")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}"""

OPENING_TITLE = "Albums with artist"


@pytest.fixture
def server_name() -> str:
    """The default alone: what a browser is sent is the same on every server."""
    return "hypercorn"


@pytest.fixture
def address(shop: Server) -> str:
    """The page's address, over TLS."""
    return f"{shop.tls_url}/graphql"


@pytest.fixture
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    """A page of a browser that was never here; the test fails if it reaches out or complains."""
    context = await browser.new_context(ignore_https_errors=True, viewport={"width": 1360, "height": 820})
    await context.add_init_script(OBSERVE)
    page = await context.new_page()
    origins: set[str] = set()
    complaints: list[str] = []

    def note_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data":
            origins.add(f"{parts.scheme}://{parts.netloc}")

    def note_message(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    context.on("request", note_request)
    context.on("console", note_message)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield page
    assert await page.evaluate("() => window.violations") == []
    assert complaints == []
    server = urlsplit(address)
    assert origins == {f"{server.scheme}://{server.netloc}"}
    await context.close()


async def opened(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator(".result-window")).to_contain_text("nodes")


def editor(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True).locator(".view-lines").first


def tab_names(page: Page) -> Locator:
    return page.locator("button.graphiql-tab-button")


async def test_it_opens_on_an_answer_over_h2(page: Page, address: str) -> None:
    await opened(page, address)

    assert await page.title() == "Loadstone"
    await expect(page.locator(".graphiql-logo")).to_have_text("Loadstone")
    await expect(tab_names(page)).to_have_text(["Albums"])
    await expect(page.locator(".result-window")).to_contain_text("album 1")
    protocol = await page.evaluate("() => performance.getEntriesByType('navigation')[0].nextHopProtocol")
    assert protocol == "h2"


async def test_the_answer_is_there_within_about_a_second(
    page: Page, address: str, record_property: Callable[[str, object], None]
) -> None:
    await opened(page, address)
    first = await page.evaluate("() => window.shown")
    await page.reload()
    await expect(page.locator(".result-window")).to_contain_text("nodes")
    again = await page.evaluate("() => window.shown")
    run = await page.evaluate(RUN)

    record_property("milliseconds", {"first": first, "again": again, "run": run})
    # A busy machine of two cores opens it the first time in one second, a debugger attached.
    assert first < 3000
    assert again < 1500
    assert run < 1000


async def test_an_example_opens_in_a_tab_with_its_answer(page: Page, address: str) -> None:
    await opened(page, address)
    examples = page.get_by_role("region", name="Examples").get_by_role("button")
    assert await examples.count() >= 4
    await expect(examples.first).to_have_text(OPENING_TITLE)

    await page.get_by_role("button", name="One album by its key").click()

    await expect(tab_names(page)).to_have_text(["Albums", "AlbumByKey"])
    await expect(editor(page, "Variables")).to_contain_text("rowId")
    await expect(page.locator(".result-window")).to_contain_text('"title": "album 1"')

    await page.get_by_role("button", name=OPENING_TITLE).click()
    await expect(page.locator(".result-window")).to_contain_text("nodes")
    await expect(tab_names(page)).to_have_count(2)  # it was open already


async def test_every_example_answers_without_errors(page: Page, address: str) -> None:
    await opened(page, address)
    examples = page.get_by_role("region", name="Examples").get_by_role("button")
    for example in await examples.all():
        async with page.expect_response(f"**{urlsplit(address).path}") as answered:
            await example.click()
        assert "errors" not in await (await answered.value).json()


async def test_the_docs_show_a_type(page: Page, address: str) -> None:
    await opened(page, address)
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    docs = page.get_by_role("region", name="Documentation Explorer")
    await docs.get_by_role("link", name="Album", exact=True).click()

    await expect(docs).to_contain_text("title: String!")
    await expect(docs).to_contain_text("artist: Artist")


async def test_the_history_holds_what_was_run(page: Page, address: str) -> None:
    await opened(page, address)
    await page.get_by_role("button", name="Show History").click()
    await expect(page.get_by_role("region", name="History")).to_contain_text("Albums")


async def test_the_editors_check_complete_and_prettify(page: Page, address: str) -> None:
    """The workers run: checking and completing are their work."""
    await opened(page, address)
    await page.get_by_role("button", name="New tab").click()
    query = page.get_by_label("Operation Editor").locator("textarea")
    await query.focus()
    await page.keyboard.insert_text("query Q($by: AlbumKey!) { album(by: $by) { title nonsense } }")
    await expect(page.locator(".graphiql-query-editor .squiggly-error")).to_have_count(1)

    await page.get_by_label("Variables").locator("textarea").first.focus()
    await page.keyboard.insert_text('{"by":{"rowId":1')
    await page.get_by_role("button", name="Prettify").click()
    await expect(page.locator(".graphiql-query-editor .view-line")).to_have_count(7)
    await expect(page.locator(".graphiql-editor-tool .view-line:visible")).to_have_count(5)

    await query.focus()
    await page.keyboard.press("ControlOrMeta+A")
    await page.keyboard.type("{ alb")
    await expect(page.locator(".suggest-widget")).to_contain_text("AlbumConnection!")


async def test_headers_are_sent_with_the_query(page: Page, address: str) -> None:
    await opened(page, address)
    await page.get_by_role("button", name="Headers").click()
    await page.get_by_label("Headers").locator("textarea").last.focus()
    await page.keyboard.insert_text('{"X-Test": "sent"')
    async with page.expect_request(lambda request: request.method == "POST") as sent:
        await page.locator(".graphiql-execute-button").click()
    assert (await sent.value).headers["x-test"] == "sent"


OTHER_TAB = {
    "id": "1",
    "title": "Elsewhere",
    "query": "query Elsewhere { nothing }",
    "variables": None,
    "headers": None,
    "operationName": "Elsewhere",
    "response": None,
}


@pytest.mark.parametrize(
    ("stored", "tabs"),
    [
        ("not JSON", ["Albums"]),
        (json.dumps({"tabs": [], "activeTabIndex": 7}), ["Albums"]),
        (json.dumps({"tabs": [OTHER_TAB], "activeTabIndex": 0}), ["Elsewhere", "Albums"]),
    ],
    ids=["broken", "none", "another database's"],
)
async def test_tabs_of_another_visit_do_not_hide_the_opening(
    page: Page, address: str, stored: str, tabs: list[str]
) -> None:
    await page.add_init_script(
        f"if (!localStorage.length) localStorage.setItem('graphiql:tabState', {json.dumps(stored)})"
    )
    await opened(page, address)
    await expect(tab_names(page)).to_have_text(tabs)
    await expect(page.get_by_role("tab", name="Albums")).to_have_attribute("aria-selected", "true")


async def test_a_later_visit_finds_the_tab_that_was_left(page: Page, address: str) -> None:
    await opened(page, address)
    await page.get_by_role("button", name="One album by its key").click()
    await expect(page.locator(".result-window")).to_contain_text('"title": "album 1"')
    async with asyncio.timeout(5):
        await page.evaluate(TABS_ARE_STORED)

    await page.reload()

    await expect(tab_names(page)).to_have_text(["Albums", "AlbumByKey"])
    await expect(editor(page, "Operation Editor")).to_contain_text("query AlbumByKey")


async def test_dark_and_light_follow_the_system(page: Page, address: str) -> None:
    async def brightness() -> float:
        colour: str = await page.evaluate(
            "() => getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor"
        )
        return sum(map(float, colour.removeprefix("rgb(").removesuffix(")").split(",")))

    await page.emulate_media(color_scheme="dark")
    await opened(page, address)
    assert await brightness() < 300
    await expect(page.locator(".monaco-editor.vs-dark")).to_have_count(4)

    await page.emulate_media(color_scheme="light")
    assert await brightness() > 600
    await expect(page.locator(".monaco-editor.vs-dark")).to_have_count(0)
