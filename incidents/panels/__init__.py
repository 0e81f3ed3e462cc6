"""Pieces of pages, rendered from facts, the same for every viewer."""
