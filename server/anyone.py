"""Who asks, where nobody is asked who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.identity import LOGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.identity import Identity


class Anyone:
    """Takes every request for one of the role that the server logs in as."""

    async def identify(self, _: Mapping[str, str]) -> Identity:
        """The login role, whatever the header fields say."""
        return LOGIN

    def is_anonymous(self, _: Identity) -> bool:
        """Nobody says who they are."""
        return True
