"""Where log lines and final words go: standard error."""

from __future__ import annotations

import logging
import sys


def configure_log() -> None:
    """Sends log lines to standard error, one line each with time and level."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", force=True
    )


def print_failure(error: Exception) -> None:
    """Says in one line why a command ends."""
    sys.stderr.write(f"loadstone: {' '.join(str(error).split())}\n")
    sys.stderr.flush()
