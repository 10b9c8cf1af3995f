"""Answers of queries, kept: for whom, how long, and until what is written."""
