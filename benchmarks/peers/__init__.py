"""Loadstone beside other GraphQL servers: `python -m benchmarks.peers`."""
