"""How an incident ends: each module has the tables of one noun."""

from retros.models.backlog import BacklogItem

__all__ = ["BacklogItem"]
