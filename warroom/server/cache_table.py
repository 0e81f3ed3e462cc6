"""The cache, in a table of the database."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import InternalError, connections, router
from psycopg import errors


class CacheTable(DatabaseCache):
    """Says when nothing can be written.

    Django's answers as if the key were there already. To what counts tries with it, a database that
    can only be read then looks like somebody who tries too often, and they are told so.
    """

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = ...) -> bool:
        stored = bool(super()._base_set(mode, key, value, timeout))
        if not stored:
            self._refuse_read_only()
        return stored

    def _refuse_read_only(self) -> None:
        connection = connections[router.db_for_write(self.cache_model_class)]
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            if cursor.fetchone() == ("on",):
                sentence = "The cache cannot be written: the database can only be read."
                raise InternalError(sentence) from errors.ReadOnlySqlTransaction(sentence)
