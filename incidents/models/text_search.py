"""Searching as people read: what looks alike is found, however its characters are coded."""

from typing import Any

from django.db import models


class Folded(models.Func):
    """A text for comparing, folded by PostgreSQL.

    Compatibility forms (full-width letters, no-break spaces) and composed letters are as they are
    usually typed, case is folded in full (``ß`` is ``ss``, ``İ`` is ``i``), and runs of white space
    are one space.
    """

    arity = 1
    output_field = models.TextField()
    template = (
        "regexp_replace(replace(normalize(casefold("
        "normalize((%(expressions)s)::text, NFKC) COLLATE pg_unicode_fast"
        r"), NFKC), 'i' || chr(775), 'i'), '\s+', ' ', 'g')"
    )


class Contains(models.Func):
    """``Contains("title", "café")``: whether the folded field has the folded text in it."""

    function = "strpos"
    template = "%(function)s(%(expressions)s) > 0"
    output_field = models.BooleanField()
    conditional = True

    def __init__(self, field: str, text: str) -> None:
        super().__init__(Folded(models.F(field)), Folded(models.Value(text)))


class JsonContains(models.Func):
    """Whether one of the strings in a JSON column, not its keys, has the folded text in it."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, field: str, text: str) -> None:
        super().__init__(models.F(field), Folded(models.Value(text)))

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        field, text = self.get_source_expressions()
        field_sql, field_params = compiler.compile(field)
        text_sql, text_params = compiler.compile(text)
        string_sql = Folded.template % {"expressions": "strings.string #>> '{}'"}
        sql = (
            f"EXISTS (SELECT FROM jsonb_path_query({field_sql},"
            " '$.** ? (@.type() == \"string\")') AS strings(string)"
            f" WHERE strpos({string_sql}, {text_sql}) > 0)"
        )
        return sql, (*field_params, *text_params)
