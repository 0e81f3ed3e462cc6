"""What the API's requests and answers are made of."""

from datetime import datetime

from ninja import Schema
from pydantic import ConfigDict


class Body(Schema):
    """The body of a write: a field that is not documented is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Author(Schema):
    """Who wrote something: ``kind`` is person, agent or system; ``via`` the token of a machine."""

    kind: str
    name: str
    via: str = ""


class Reference(Schema):
    """A thing of an incident, such as E-7, with the page that shows it."""

    reference: str
    link: str = ""


class Page[T](Schema):
    """One page of a list; ``next`` is the cursor of the following one, empty at the end."""

    items: list[T]
    next: str = ""


__all__ = ["Author", "Body", "Page", "Reference", "datetime"]
