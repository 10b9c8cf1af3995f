"""Everything that `loadstone demo` needs besides the server, kept in one folder."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import asyncpg
import platformdirs

from core.errors import StartupError
from demo.certificate import CertificateFiles, ensure_certificate
from demo.data import DATABASE, SERVER_ROLE, create_database, ensure_loaded
from demo.postgres import EmbeddedPostgres
from demo.process import folder_errors
from demo.secret import ensure_secret
from demo.valkey import EmbeddedValkey

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class DemoEnvironment:
    """PostgreSQL with the demo data, Valkey, a certificate and a secret; the context starts and stops them.

    Whatever way the process ends, also `kill -9`, both servers end with it.

    Args:
        folder: Where data and certificate are kept; the user's data folder for loadstone unless given.
        progress: Whether the first start shows a progress bar on standard error.
    """

    def __init__(self, folder: Path | None = None, *, progress: bool = True) -> None:
        self._folder = folder or platformdirs.user_data_path("loadstone", appauthor=False)
        self._progress = progress
        self._postgres = EmbeddedPostgres(self._folder / "postgres")
        self._valkey = EmbeddedValkey(self._folder / "valkey")
        self._certificate: CertificateFiles | None = None
        self._secret: str | None = None
        self._stack = ExitStack()

    @property
    def folder(self) -> Path:
        """Where data and certificate are kept."""
        return self._folder

    @property
    def database_url(self) -> str:
        """Connection URL of the database with the demo data, for its owner."""
        return self._postgres.url(DATABASE)

    @property
    def server_url(self) -> str:
        """The same for the role of the server, which has no rights but those of its callers."""
        return self._postgres.url(DATABASE, SERVER_ROLE)

    @property
    def jwt_secret(self) -> str:
        """What tokens are signed with."""
        if self._secret is None:
            raise RuntimeError("The demo environment is not running.")
        return self._secret

    @property
    def token_settings(self) -> Path:
        """Settings file with the secret, for `loadstone token`."""
        return self._folder / "token.toml"

    @property
    def redis_url(self) -> str:
        """Connection URL of the Valkey server."""
        return self._valkey.url

    @property
    def tls_cert(self) -> Path:
        """PEM file with the certificate."""
        return self._ready_certificate.certificate

    @property
    def tls_key(self) -> Path:
        """PEM file with the private key of the certificate."""
        return self._ready_certificate.key

    @property
    def _ready_certificate(self) -> CertificateFiles:
        if self._certificate is None:
            raise RuntimeError("The demo environment is not running.")
        return self._certificate

    def __enter__(self) -> Self:
        """Starts everything; the first time it creates and loads the database.

        Must not be called on a thread that runs an event loop.

        Raises:
            StartupError: The folder is in use or cannot be used, a server cannot start, or the data
            cannot be loaded.
        """
        with ExitStack() as stack:
            stack.enter_context(self._postgres)
            stack.enter_context(self._valkey)
            asyncio.run(self._ensure_data())
            with folder_errors(self._folder):
                self._certificate = ensure_certificate(self._folder / "certificate")
                self._secret = ensure_secret(self.token_settings)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops everything; the folder stays."""
        self._certificate = self._secret = None
        self._stack.close()

    async def _ensure_data(self) -> None:
        try:
            await create_database(self._postgres.url("postgres"))
            await ensure_loaded(self.database_url, progress=self._progress)
        except (asyncpg.PostgresError, OSError) as error:
            raise StartupError(
                f"The demo data cannot be loaded: {error} (see {self._postgres.log})"
            ) from error
