"""What answers operations, as the stages of a request see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

    from core.events import Observer
    from db.identity import Identity
    from resolvers.execution import Answer
    from resolvers.notes import Notes
    from resolvers.prepared import PreparedOperation
    from resolvers.spent import Spent
    from server.caching.freshness import CacheRules
    from server.documents.kept import EngineDocuments


class Engine(Protocol):
    """What answers prepared operations."""

    @property
    def schema(self) -> GraphQLSchema:
        """What documents are validated against."""

    @property
    def caching(self) -> CacheRules:
        """What is said of keeping answers."""

    @property
    def documents(self) -> EngineDocuments:
        """Documents that are prepared."""

    def prepare(self, document: DocumentNode, operation: OperationDefinitionNode) -> PreparedOperation:
        """An operation of a valid document, ready to be run any number of times."""

    def execute(  # noqa: PLR0913 - what an operation needs
        self,
        prepared: PreparedOperation,
        variables: dict[str, Any],
        identity: Identity,
        observer: Observer | None,
        *,
        may_be_stale: bool,
        spent: Spent | None = None,
        notes: Notes | None = None,
    ) -> Awaitable[Answer]:
        """Runs an operation for somebody.

        What it costs is counted, and what it reads and writes is noted, where that is asked for.

        Raises:
            StaleSchemaError: A statement does not fit the database; only where `may_be_stale`.
        """


class Identifier(Protocol):
    """Tells who sent a request."""

    async def identify(self, headers: Mapping[str, str]) -> Identity:
        """Who sent a request with these header fields.

        Raises:
            RequestError: That cannot be told, or is nobody who may ask.
        """

    def is_anonymous(self, identity: Identity) -> bool:
        """Whether it is anybody at all."""

    @property
    def asks_code(self) -> bool:
        """Whether functions of users say who asks, by header fields that only they know."""


class Engines(Protocol):
    """Where requests find the engine that answers them: another one when the schema has changed.

    Each role has its own, that knows what the role has grants for.
    """

    @property
    def identifier(self) -> Identifier:
        """Tells who asks, of requests that begin now."""

    def ready(self, role: str | None) -> Engine | None:
        """The engine for a role's requests that are prepared now; what begins with it ends with it.

        None if it has to be made: see `engine`.
        """

    async def engine(self, role: str | None) -> Engine:
        """The same, made where it has to be.

        Raises:
            RequestError: Callers cannot have this role, or no schema can be made for it now.
        """

    async def newer(self, than: Engine, role: str | None) -> Engine | None:
        """The engine of a newer schema of a role; None if the database is as that engine has it.

        Raises:
            RequestError: It is not, and no schema can be made of it now.
        """
