"""The one screen with which a start ends."""

from pathlib import Path

from django.conf import settings

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
    mail = ", with the mail that is not sent" if "console" in _mailer() else ""
    return [f"  Log:   {data / 'warroom.log'}{mail}"]


def _mailer() -> str:
    return str(settings.MAILERS["default"]["BACKEND"])


def _people() -> list[str]:
    width = max(len(name) for name, _, _ in PEOPLE)
    rows = [f"    {name:<{width}}  {password}  {what}" for name, password, what in PEOPLE]
    return [
        "  Demo, with these people to sign in as:",
        *rows,
        "  Start it anew:  make demo",
    ]


def _first_steps() -> list[str]:
    return ["  First admin:  .venv/bin/python manage.py createsuperuser"]


def _database(data: Path) -> str:
    """Where the data lies: a folder of ours, or the server that the environment names."""
    database = settings.DATABASES["default"]
    host = str(database["HOST"])
    if host.startswith("/"):
        return str(data)
    return f"database {database['NAME']} on {host or 'localhost'}"
