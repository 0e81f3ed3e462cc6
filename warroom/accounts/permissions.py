"""The whole table, action × role, once every app has added its rows."""

from incidents.permissions import TABLE, Who

__all__ = ["EXTERNAL", "TABLE", "Who"]

EXTERNAL: dict[str, str] = {
    "admin": "site.manage",
    "accounts": "account.use",
    "api": "api.use",
}
"""Third-party URLs by their first path segment, and the row of the table that they fall under."""
