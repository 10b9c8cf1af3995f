"""The page and its files: fresh, complete, from this server alone."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import ui
from ui.assets import ASSETS_PATH, DIST, assets, page
from ui.examples import Example

UI = Path(ui.__file__).parent
CLIENTS = UI.parent / "tests" / "clients"
BUILD_INPUTS = {"build.mjs", "package-lock.json", "package.json", "tsconfig.json"}
MANIFEST = json.loads((DIST / "manifest.json").read_text())
EXAMPLES = (
    Example("First", "query First { __typename }\n", '{\n  "a": "ü"\n}'),
    Example("</script><script>alert(1)</script>", "# <!-- \u2028\nquery Second { __typename }"),
)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Elements(HTMLParser):
    """The elements of a page: tag, attributes, and the text of the script elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "script":
            self.scripts[-1] += data


def test_the_bundle_is_built_from_these_sources() -> None:
    sources = BUILD_INPUTS | {f"src/{path.name}" for path in (UI / "src").iterdir()}
    now = {name: digest(UI / name) for name in sources}
    assert now == MANIFEST["sources"], "ui/dist is stale: run `npm ci && npm run build` in ui/"


def test_the_bundle_is_complete_and_unchanged() -> None:
    files = {path.name: digest(path) for path in DIST.iterdir() if path.name != "manifest.json"}
    assert files == MANIFEST["files"], "ui/dist was edited: run `npm ci && npm run build` in ui/"


@pytest.mark.parametrize("folder", [UI, CLIENTS])
def test_lock_files_name_no_registry(folder: Path) -> None:
    lock = json.loads((folder / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


def test_the_bundle_stays_small_and_carries_no_source_maps() -> None:
    bodies = [asset.body for asset in assets().values()]
    assert sum(map(len, bodies)) < 6_000_000
    assert not any(b"sourceMappingURL=" in body for body in bodies)


def test_every_package_in_the_bundle_is_named_with_its_licence() -> None:
    licences = (DIST / "licences.txt").read_text()
    for package in ("graphiql", "monaco-editor", "react", "graphql", "@fontsource/roboto"):
        assert re.search(rf"^{package} \d+\.\S+ \(\S+\)$", licences, re.MULTILINE)


def test_hashed_files_may_be_kept_for_good() -> None:
    for path, asset in assets().items():
        headers = dict(asset.headers)
        if re.search(r"-[A-Z0-9]{8}\.\w+$", path):
            assert headers[b"cache-control"] == b"public, max-age=31536000, immutable"
        else:
            assert headers[b"cache-control"] == b"no-cache"
        assert headers[b"content-length"] == str(len(asset.body)).encode()
        assert headers[b"x-content-type-options"] == b"nosniff"


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [
        (".js", b"text/javascript; charset=utf-8"),
        (".css", b"text/css; charset=utf-8"),
        (".svg", b"image/svg+xml"),
        (".woff2", b"font/woff2"),
    ],
)
def test_files_are_sent_as_what_they_are(suffix: str, content_type: bytes) -> None:
    sent = {dict(asset.headers)[b"content-type"] for path, asset in assets().items() if path.endswith(suffix)}
    assert sent == {content_type}


def test_the_page_loads_only_files_that_are_here() -> None:
    elements = Elements(page("/graphql", examples=EXAMPLES).body.decode()).elements
    loaded = [
        attributes[name]
        for _, attributes in elements
        for name in ("src", "href")
        if attributes.get(name) is not None
    ]
    assert len(loaded) >= 3
    assert all(str(path).startswith(ASSETS_PATH) and path in assets() for path in loaded)


def test_the_page_has_no_script_of_its_own_to_run() -> None:
    parsed = Elements(page("/graphql", examples=EXAMPLES).body.decode())
    scripts = [attributes for tag, attributes in parsed.elements if tag == "script"]
    assert [script["type"] for script in scripts] == ["module", "application/json"]
    assert not any(name.startswith("on") or name == "style" for _, given in parsed.elements for name in given)


def test_the_security_policy_lets_the_page_reach_this_server_only() -> None:
    headers = dict(page("/graphql", examples=()).headers)
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in headers[b"content-security-policy"].decode().split(";")
    )
    assert policy["default-src"] == "'none'"
    for directive in ("script-src", "connect-src", "worker-src", "font-src"):
        assert policy[directive] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers[b"vary"] == b"accept"


def test_examples_reach_the_page_as_they_are() -> None:
    answer = page("/api?a=1&b=2", examples=EXAMPLES)
    (_, data) = Elements(answer.body.decode()).scripts
    given = json.loads(data)
    assert given["endpoint"] == "/api?a=1&b=2"
    assert [Example(**example) for example in given["examples"]] == list(EXAMPLES)
    assert dict(answer.headers)[b"content-length"] == str(len(answer.body)).encode()
