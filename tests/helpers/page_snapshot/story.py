"""What happens in the demo before it is photographed, as posts of the forms that people have.

Addresses and fields are what stays the same while the code behind them moves.
"""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from django.apps import apps
from django.test import Client

from .forms import forms_of
from .keep import Keeper

BACKEND = "django.contrib.auth.backends.ModelBackend"
_PROBLEM = re.compile(r'(?s)id="refusal".*?</(?:section|div)>|class="field-problem".*?</p>')
_TAGS = re.compile(r"(?s)<[^>]*>")


class Story:
    """``moment`` is the clock that everybody reads."""

    def __init__(self, keeper: Keeper, moment: Any) -> None:
        self.keeper, self.moment = keeper, moment
        self.clients: dict[str, Client] = {"anonymous": Client()}
        self.refused: list[str] = []
        self._count = 0

    @property
    def now(self) -> datetime:
        now: datetime = self.moment.moment
        return now

    def later(self, minutes: float = 1) -> None:
        self.moment.moment += timedelta(minutes=minutes)

    def client(self, who: str) -> Client:
        if who not in self.clients:
            self.clients[who] = Client()
            person = apps.get_model("incidents", "Person").objects.get(username=who)
            self.clients[who].force_login(person, BACKEND)
        return self.clients[who]

    def pk(self, who: str) -> str:
        people = apps.get_model("incidents", "Person").objects
        return str(people.values_list("pk", flat=True).get(username=who))

    def post(
        self,
        who: str,
        url: str,
        page: str | None = None,
        /,
        *,
        refused: bool = False,
        minutes: float = 1,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> Any:
        """Opens ``page`` (the address itself), fills its form in, sends it; a minute passes."""
        self.later(minutes)
        client = self.client(who)
        filled = self._as_shown(client, url, page or url)
        for name, value in fields.items():
            if value is None:
                filled.pop(name, None)
            else:
                filled[name] = [str(one) for one in value] if _several(value) else value
        answer = client.post(url, filled, headers=headers)
        self._keep(who, url, filled, answer)
        if (answer.status_code in {302, 303}) == refused:
            self.refused.append(
                f"{self._count:03} {who} {url}: {answer.status_code} {_why(answer)}"
            )
        return answer

    def _as_shown(self, client: Client, url: str, page: str) -> dict[str, Any]:
        shown = client.get(page)
        if shown.status_code != 200:
            return {}
        forms = forms_of(shown.content.decode(), page)
        for form in forms:
            if form.action == url.split("?")[0] and form.method == "post":
                return dict(form.fields)
        return {}

    def _keep(self, who: str, url: str, filled: dict[str, Any], answer: Any) -> None:
        self._count += 1
        sent = "".join(
            f"\n  {name} = {value!r}"
            for name, value in sorted(filled.items())
            if name != "csrfmiddlewaretoken"
        )
        asked = f"{who} at {self.now:%d %H:%M:%S} POST {url}{sent}"
        name = f"{self._count:03} {who} {url}"
        self.keeper.answer("story", name, asked, answer, url)


def _several(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _why(answer: Any) -> str:
    if answer.streaming:
        return ""
    found = _PROBLEM.findall(answer.content.decode(errors="replace"))
    return " | ".join(" ".join(unescape(_TAGS.sub(" ", one)).split())[:300] for one in found[:6])
