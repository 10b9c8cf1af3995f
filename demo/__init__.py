"""Embedded PostgreSQL and Valkey, and the demo data: everything `loadstone demo` needs besides the server."""
