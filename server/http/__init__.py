"""HTTP: reading requests, choosing media types, writing answers, over raw ASGI."""
