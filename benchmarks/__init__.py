"""Measurements that are kept: how to make them, and what they came to (`README.md`)."""
