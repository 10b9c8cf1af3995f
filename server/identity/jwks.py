"""Keys that an issuer publishes (RFC 7517): fetched in the background, and kept through outages."""

from __future__ import annotations

import asyncio
import http.client
import logging
import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from server.identity.keys import NO_KEYS, Keys, keys_of_jwks
from server.identity.strict_json import read_object
from server.setting_kinds import redact_url

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("loadstone")

PAUSE_SECONDS = 60.0
"""The least between the beginnings of two attempts, whatever tokens ask for."""

DEADLINE_SECONDS = 5.0
"""How long an attempt may take."""

MAX_BYTES = 256 * 1024
"""The longest set of keys that is read."""

REFRESH_SECONDS = 600.0
"""When keys are looked for anew, where their issuer does not say (Cache-Control: max-age)."""

LONGEST_REFRESH_SECONDS = 3600.0
"""When keys are looked for anew at the latest: a key that was withdrawn holds no longer."""

OUTAGE_SECONDS = 86_400.0
"""How long keys hold that cannot be looked for anew."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?([0-9]{1,9})", re.IGNORECASE)


class FetchFailedError(Exception):
    """No set of keys could be had; says why."""


class Fetched(NamedTuple):
    """What stands at the address.

    Attributes:
        body: Its bytes.
        max_age: For how many seconds the issuer says that it holds; None where it does not say.
    """

    body: bytes
    max_age: float | None


class Jwks:
    """The keys at an address, beside some that stay.

    Args:
        url: The address; nothing is followed that leads elsewhere.
        fixed: Keys that hold whatever stands there.
        pause: Seconds between the beginnings of two attempts, at least.
        deadline: Seconds that an attempt may take.
        outage: Seconds for which keys hold that cannot be looked for anew.
        clock: Seconds from anywhere on.

    Attributes:
        keys: The keys that hold now.
        complete: Whether those at the address are among them.
        due: When they are looked for anew, by the clock.
    """

    def __init__(  # noqa: PLR0913 - its times, which tests shorten
        self,
        url: str,
        fixed: Keys = NO_KEYS,
        *,
        pause: float = PAUSE_SECONDS,
        deadline: float = DEADLINE_SECONDS,
        outage: float = OUTAGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.keys = fixed
        self.complete = False
        self._url = url
        self._fixed = fixed
        self._pause = pause
        self._deadline = deadline
        self._outage = outage
        self._clock = clock
        self._attempt: asyncio.Task[None] | None = None
        self._allowed = self.due = clock()
        self._fetched_at = 0.0
        self._body = b""
        self._failure: str | None = None

    async def run(self) -> None:
        """Looks for keys before those that are there grow old, for ever."""
        while True:
            if self._clock() >= self.due:
                await self.renew()
            await asyncio.sleep(max(self.due - self._clock(), 0.001))

    async def renew(self) -> bool:
        """Looks for newer keys, unless it did a moment ago; says whether it has looked."""
        if self._attempt is None:
            if self._clock() < self._allowed:
                return False
            self._allowed = self._clock() + self._pause
            self._attempt = asyncio.create_task(self._look())
        # Who waits may leave; the others want to know all the same.
        await asyncio.shield(self._attempt)
        return True

    async def close(self) -> None:
        """Gives up an attempt that is under way."""
        if self._attempt is not None:
            self._attempt.cancel()
            await asyncio.gather(self._attempt, return_exceptions=True)

    async def _look(self) -> None:
        try:
            fetched = await fetch(self._url, self._deadline)
            self._take(fetched)
        except FetchFailedError as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
            self._fail(" ".join(f"{type(error).__name__}: {error}".split()))
        finally:
            self._attempt = None

    def _take(self, fetched: Fetched) -> None:
        if not self.complete or fetched.body != self._body:
            try:
                keys = keys_of_jwks(read_object(fetched.body))
            except ValueError as error:
                raise FetchFailedError(f"what stands there is no set of keys: {error}") from None
            if not keys.keys:
                _log.warning("jwt_jwks_url: no key of %s can be used", redact_url(self._url))
            self.keys = self._fixed + keys
            self.complete = True
            self._body = fetched.body
        if self._failure is not None:
            _log.info("jwt_jwks_url: there are keys again at %s", redact_url(self._url))
            self._failure = None
        now = self._clock()
        self._fetched_at = now
        lifetime = REFRESH_SECONDS if fetched.max_age is None else fetched.max_age
        self.due = max(now + min(lifetime, LONGEST_REFRESH_SECONDS), self._allowed)

    def _fail(self, reason: str) -> None:
        now = self._clock()
        self.due = self._allowed
        if self.complete and now - self._fetched_at >= self._outage:
            self.keys = self._fixed
            self.complete = False
            self._failure = None
        if reason != self._failure:
            self._failure = reason
            meanwhile = "the keys before hold meanwhile" if self.complete else "tokens cannot be verified"
            _log.warning("jwt_jwks_url: no keys from %s: %s; %s", redact_url(self._url), reason, meanwhile)


async def fetch(url: str, seconds: float) -> Fetched:
    """What stands at an address, fetched in a thread.

    Raises:
        FetchFailedError: It could not be had within that time, or is too long.
    """
    download = _Download(url, seconds)
    try:
        async with asyncio.timeout(seconds):
            return await in_thread(download.run)
    except TimeoutError:
        raise FetchFailedError(f"it took longer than {seconds:g} seconds") from None
    except (OSError, http.client.HTTPException) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise FetchFailedError(told[:200]) from None
    finally:
        download.abort()


async def in_thread(work: Callable[[], Fetched]) -> Fetched:
    """What some work gives, done in a thread that nothing waits for when the server ends.

    Names may take minutes to be resolved, and that cannot be given up.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Fetched] = loop.create_future()

    def tell(settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has been closed
            loop.call_soon_threadsafe(lambda: None if outcome.done() else settle())

    def run() -> None:
        try:
            fetched = work()
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            tell(partial(outcome.set_exception, error))
        else:
            tell(partial(outcome.set_result, fetched))

    threading.Thread(target=run, name="jwks", daemon=True).start()
    return await outcome


class _Download:
    """One GET; `abort` ends it from another thread."""

    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._seconds = seconds
        self._socket: socket.socket | None = None

    def run(self) -> Fetched:
        """Fetches it; OSError, HTTPException or FetchFailedError where it cannot be had."""
        connection = self._connection()
        try:
            connection.connect()
            self._socket = connection.sock  # the connection lets go of it before the body has been read
            headers = {"Accept": "application/jwk-set+json, application/json", "User-Agent": "loadstone"}
            connection.request("GET", self._target, headers=headers)
            with connection.getresponse() as response:
                return self._read(response)
        finally:
            connection.close()

    @staticmethod
    def _read(response: http.client.HTTPResponse) -> Fetched:
        if response.status != HTTPStatus.OK:
            # A redirect as well: who answers for another address is not whom the setting names.
            raise FetchFailedError(f"it answered with the status {response.status}")
        body = response.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise FetchFailedError(f"it is longer than {MAX_BYTES} bytes")
        found = _MAX_AGE.search(response.headers.get("cache-control", ""))
        return Fetched(body, None if found is None else float(found[1]))

    def abort(self) -> None:
        """Ends what is being waited for."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
