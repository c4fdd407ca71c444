"""Reads. Each page has one selector, always through `rules`, with a constant number of queries."""
