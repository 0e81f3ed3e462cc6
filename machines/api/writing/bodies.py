"""What the bodies of writes are made of. Whatever may be blank in a form may be left out here."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_UNSEEN = re.compile("[\x00\ud800-\udfff]")


def _visible(text: str) -> str:
    if _UNSEEN.search(text):
        raise ValueError("there is a character in it that nobody can see")
    return text


Text = Annotated[str, AfterValidator(_visible)]
"""A text without what no database can hold (NUL, half a pair); each field limits its length."""

Username = Annotated[str, AfterValidator(_visible), Field(max_length=150)]
"""A person by their user name; "" is nobody."""

Slug = Annotated[str, AfterValidator(_visible), Field(max_length=80)]
"""A surface or a scenario by its short name."""

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""A thing of the incident: 7 is E-7 among evidence, R-7 among recommendations."""

Numbers = Annotated[list[Number], Field(max_length=100)]

Time = Annotated[
    str,
    AfterValidator(_visible),
    Field(
        max_length=40,
        description="A moment such as 2026-12-01T06:00:00Z, or as people type one: +25, 14:08.",
        examples=["2026-12-01T06:00:00Z"],
    ),
]
"""As ``kernel.typed_time`` reads it, in the zone of the token's person; "" is none."""
