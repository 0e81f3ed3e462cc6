"""Requests to Warroom's API: JSON in, JSON out, a bearer token, no redirects."""

import http.client
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from warroom_cli import __version__
from warroom_cli.refusals import Away, Refusal
from warroom_cli.settings import Settings, Unusable

TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 32 * 1024 * 1024
_TRY_AGAIN = {408, 425, 429}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to whoever is named in it."""

    def redirect_request(self, *arguments: Any, **named: Any) -> None:
        return None


class Client:
    """Raises ``Unusable`` where no server or no token is set."""

    def __init__(self, settings: Settings) -> None:
        if not settings.url:
            raise Unusable("Which Warroom? Set WARROOM_URL, or run `warroom login`.")
        if not settings.token:
            raise Unusable("A token is missing: set WARROOM_TOKEN, or run `warroom login`.")
        self._settings = settings
        self._opener = urllib.request.build_opener(_NoRedirect)

    def get(self, path: str, *, timeout: float = TIMEOUT_SECONDS, **query: Any) -> Any:
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        return self._send("GET", f"{path}?{urlencode(asked)}" if asked else path, timeout=timeout)

    def post(self, path: str, body: str, *, key: str = "", timeout: float = TIMEOUT_SECONDS) -> Any:
        """Send ``body``, JSON already: a repeated key must come with the very same bytes."""
        return self._send("POST", path, body.encode(), key, timeout)

    def _send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        key: str = "",
        timeout: float = TIMEOUT_SECONDS,
    ) -> Any:
        """The answer's JSON. Raises ``Away`` or ``Refusal``."""
        headers = {
            "Authorization": f"Bearer {self._settings.token}",
            "Accept": "application/json",
            "User-Agent": f"warroom-cli/{__version__}",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key:
            headers["Idempotency-Key"] = key
        address = f"{self._settings.url}/api/v1{path}"
        try:
            request = urllib.request.Request(address, body, headers, method=method)  # noqa: S310
            with self._opener.open(request, timeout=timeout) as answer:
                content = answer.read(MAX_ANSWER_BYTES)
        except urllib.error.HTTPError as error:
            raise _problem(error, address) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise Away(f"{self._settings.url} does not answer ({reason}).") from None
        except ValueError as error:
            raise Unusable(f"{address} cannot be asked ({error}).") from None
        try:
            return json.loads(content)
        except ValueError:
            raise Away(f"{self._settings.url} answered with something else than JSON.") from None


def _problem(error: urllib.error.HTTPError, address: str) -> Exception:
    """What an answer that is no success means."""
    if 300 <= error.code < 400:
        place = error.headers.get("Location", "elsewhere")
        return Unusable(f"{address} redirects to {place}. Set WARROOM_URL to the address itself.")
    try:
        problem = json.loads(error.read(MAX_ANSWER_BYTES))
    except (ValueError, OSError, http.client.HTTPException):
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    detail = str(problem.get("detail") or f"The server answered {error.code} {error.reason}.")
    if error.code >= 500 or error.code in _TRY_AGAIN:
        return Away(detail)
    violations = problem.get("violations")
    rows = violations if isinstance(violations, list) else []
    return Refusal(error.code, detail, [row for row in rows if isinstance(row, dict)])
