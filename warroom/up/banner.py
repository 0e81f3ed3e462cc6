"""The one screen with which a start ends."""

from pathlib import Path

from django.conf import settings

from warroom.accounts import first_admin
from warroom.demo import PEOPLE


def screen(port: int, data: Path) -> str:
    lines = [
        "",
        f"  Warroom is up:  http://localhost:{port}",
        "",
        *(_people() if settings.DEMO else _first_steps()),
        "",
        f"  Data:  {_database(data)}",
        *_log(data),
        "  Stop:  Ctrl-C",
        "",
    ]
    return "\n".join(lines)


def _log(data: Path) -> list[str]:
    if settings.DEBUG:
        return []
    lines = [f"  Log:   {data / 'warroom.log'}"]
    if folder := settings.MAILERS["default"]["OPTIONS"].get("file_path"):
        lines.append(f"  Mail:  {folder}, as no mail server is named")
    return lines


def _people() -> list[str]:
    width = max(len(name) for name, _, _ in PEOPLE)
    rows = [f"    {name:<{width}}  {password}  {what}" for name, password, what in PEOPLE]
    return [
        "  Demo, with these people to sign in as:",
        *rows,
        "  Start it anew:       make demo ANEW=1",
        "  One of your own:     WARROOM_DATA=FOLDER make run",
    ]


def _first_steps() -> list[str]:
    if not first_admin.is_needed():
        return ["  Sign in with an account that an admin made."]
    return [
        "  It is empty. Make its first admin (the link is good once, for a day):",
        f"    {first_admin.link()}",
        "  To look around first, stop it and start the demo:  make demo",
    ]


def _database(data: Path) -> str:
    """Where the data lies: a folder of ours, or the server that the environment names."""
    database = settings.DATABASES["default"]
    host = str(database["HOST"])
    if host.startswith("/"):
        return str(data)
    return f"database {database['NAME']} on {host or 'localhost'}"
