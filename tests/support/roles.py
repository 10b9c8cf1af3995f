"""Roles of the tests' server; all its databases have them in common."""

from __future__ import annotations


def created(*roles: str) -> str:
    """A script that creates roles, each with its options (`clerk LOGIN`), unless they are there."""
    return "\n".join(
        f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        for role in roles
    )
