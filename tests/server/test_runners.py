from __future__ import annotations

import sys

import pytest

from core.errors import StartupError
from server.runners import CLOSE_SECONDS, GRACE_SECONDS, SERVERS, granian, require_server
from server.runners.hypercorn import hypercorn_values


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_that_is_installed(name: str) -> None:
    require_server(name)


def test_a_server_that_is_not_installed_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "granian", None)
    with pytest.raises(StartupError) as caught:
        require_server("granian")
    assert str(caught.value) == (
        'server is granian, but the package granian is not installed: pip install "loadstone[granian]"'
    )


def test_servers_do_the_same() -> None:
    values = hypercorn_values()
    assert values["graceful_timeout"] == GRACE_SECONDS
    assert values["shutdown_timeout"] == CLOSE_SECONDS
    assert values["keep_alive_timeout"] == granian.KEEP_ALIVE_SECONDS
    assert values["h2_max_concurrent_streams"] == granian.MAX_STREAMS
    assert values["h11_max_incomplete_size"] == values["h2_max_header_list_size"] == granian.MAX_HEAD_BYTES
