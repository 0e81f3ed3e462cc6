"""Every address of the URL map, for every object there is, as every kind of person."""

import itertools
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from .forms import links_of
from .story import Story

ROLES = {
    "commander": "mara",
    "deputy": "tomas",
    "lane owner": "priya",
    "communication": "aisha",
    "data owner": "dana",
    "responder": "olga",
    "stakeholder": "lena",
    "admin": "admin",
    "anonymous": "anonymous",
}
QUERIES = {
    "home": ["page=2"],
    "incidents": ["status=active", "status=closed", "q=tokens", "page=2", "status=none"],
    "timeline": ["q=token", "q=nowhere", "kind=decision", "lane=mitigation", "since=1", "page=2"],
    "as-of": ["t=0", "t=5", "t=20", "t=30.5", "t=37", "t=14:00", "t=soon", "t=99999", "t=D-1"],
    "live": ["after=0", "after=20", "since=0", "seq=0", "after=99999", "after=x"],
    "declare": ["scenario=permission-leak", "scenario=none"],
    "evidence-list": ["kind=link", "lane=investigation", "kind=command&lane=mitigation", "page=2"],
    "capture": ["kind=link", "purpose=verification&lane=verification"],
    "evidence": ["from=2", "from=x"],
    "evidence-file": ["download"],
    "handoff-offer": ["lane=command", "lane=mitigation", "lane=watch", "lane=none"],
    "hypothesis": ["verdict=confirmed", "verdict=ruled_out"],
    "freeze": ["change=lift&surface=sign-in", "change=keep"],
    "role": ["who=deputy", "who=lane_owner:mitigation"],
    "recommend": ["lane=mitigation"],
    "update-write": ["corrects=1", "corrects=x"],
    "note-add": ["lane=mitigation&next=/INC-42/timeline/"],
    "notices-new": ["after=0", "after=x"],
    "backlog-all": ["state=open", "state=done", "q=edge", "due=overdue", "page=2", "owner=me"],
    "backlog-csv": ["state=open", "q=edge"],
    "backlog-add": ["incident=42"],
    "numbers": ["from=2026-01-01&to=2026-03-31", "severity=1", "from=x", "surface=sign-in"],
    "numbers-csv": ["from=2026-01-01&to=2026-03-31", "severity=1"],
    "subscribers": ["q=desk", "page=2"],
    "maintenances": ["page=2"],
    "verify": ["run=6"],
    "package-version": ["section=note"],
    "operations": [],
}
NOT_FOUND = (
    "/no/such/page/",
    "/admin/none/",
    "/INC-9999/",
    "/INC-42/D-99/",
    "/status/incidents/none/",
)


@dataclass(frozen=True)
class Reach:
    """How much one kind of person looks at: addresses of a pattern, different queries of those,
    and how many of them also as htmx asks."""

    addresses: int
    queries: int = 0
    htmx: int = 0


REACH = {
    "commander": Reach(24, queries=12, htmx=3),
    "admin": Reach(4, queries=3),
    "lane owner": Reach(6, queries=4),
    "anonymous": Reach(12, queries=1),
    "stakeholder": Reach(3, queries=1),
}
OTHERS = Reach(4, queries=2)
FIRST_LOOK = Reach(12, queries=8, htmx=1)

_LINKED = re.compile(r"(?:/status/(?:confirm|leave)|/accounts/password/reset/key)/[\w:.=-]+/")
_GROUP = re.compile(r"\(\?P<(\w+)>")


class Pattern:
    def __init__(self, path: str, name: str, names: list[str], fixed: dict[str, Any]) -> None:
        self.path, self.name, self.names, self.fixed = path, name, names, fixed


def patterns(found: Any = None, prefix: str = "", space: str = "") -> Iterator[Pattern]:
    for one in get_resolver().url_patterns if found is None else found:
        path = prefix + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from patterns(one.url_patterns, path, inner)
        elif isinstance(one, URLPattern):
            names = [*one.pattern.converters, *_GROUP.findall(str(one.pattern))]
            yield Pattern(path, f"{space}{one.name or ''}", names, one.default_args)


def _numbers(model: str, field: str = "number") -> dict[int, list[Any]]:
    """By incident."""
    found = defaultdict(list)
    rows = apps.get_model(model).objects.order_by("incident", field)
    for incident, value in rows.values_list("incident", field).distinct():
        found[incident].append(value)
    return found


class Addresses:
    """The addresses of a pattern, filled in with what there is."""

    def __init__(self) -> None:
        get = apps.get_model
        self.incidents = list(
            get("incidents", "Incident").objects.order_by("pk").values_list("pk", flat=True)
        )
        self.lanes = ["investigation", "mitigation", "communication", "verification"]
        self.of_incident = {
            "checkpoint": _numbers("incidents.Checkpoint"),
            "decision": _numbers("incidents.Decision"),
            "risk": _numbers("incidents.Risk"),
            "branch": _numbers("incidents.Branch"),
            "recommendation": _numbers("incidents.Recommendation"),
            "item": _numbers("incidents.Evidence"),
            "hypothesis": _numbers("lanes.Hypothesis"),
            "unknown": _numbers("lanes.Unknown"),
            "handoff": _numbers("lanes.Handoff"),
            "version": _numbers("retros.Package"),
            "closing": _numbers("retros.Closing"),
        }
        self.backlog = _numbers("retros.BacklogItem", "pk")
        self.messages = {
            "updates": _numbers("comms.Update"),
            "escalations": _numbers("comms.Escalation"),
            "leadership": _numbers("comms.LeadershipNote"),
        }
        self.unknown_lanes = {
            (row.incident_id, row.number): row.lane for row in get("lanes", "Unknown").objects.all()
        }
        self.form = ["md", "json", "pdf", "sh", "zip", "none"]

    def of(self, pattern: Pattern) -> Iterator[str]:
        choices = self._choices(pattern)
        if choices is None:
            return
        for values in choices:
            path = pattern.path
            for name, value in values.items():
                path = re.sub(rf"\(\?P<{name}>[^)]*\)", str(value), path)
                path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path)
            path = path.rstrip("$").replace("\\Z", "")
            if "<" not in path and "(" not in path:
                yield "/" + path

    def _choices(self, pattern: Pattern) -> Iterator[dict[str, Any]] | None:
        names = pattern.names
        if not names:
            return iter([{}])
        if "number" in names:
            return self._in_incidents(pattern)
        if names == ["slug"]:
            slugs = apps.get_model("incidents", "Surface").objects.order_by("pk")
            return iter({"slug": one} for one in [*slugs.values_list("slug", flat=True), "none"])
        model = {
            "notice-seen": "incidents.Notice",
            "maintenance": "comms.Maintenance",
            "maintenance-step": "comms.Maintenance",
            "subscriber": "comms.Subscriber",
            "subscriber-remove": "comms.Subscriber",
        }.get(pattern.name)
        if model:
            keys = list(apps.get_model(model).objects.order_by("pk").values_list("pk", flat=True))
            steps = ("change", "begin", "end", "extend", "note", "cancel")
            if "name" in names:
                return iter({"pk": k, "name": s} for k in [*keys, 999] for s in steps)
            return iter({"pk": key} for key in [*keys[:12], 999])
        if pattern.path.startswith("admin/"):
            return self._in_admin(pattern)
        return None

    def _in_incidents(self, pattern: Pattern) -> Iterator[dict[str, Any]]:
        for incident in self.incidents:
            values: list[list[tuple[str, Any]]] = [[("number", incident)]]
            for name in pattern.names:
                if name == "number":
                    continue
                found = self._values(pattern, incident, name)
                values.append([(name, one) for one in found])
            for one in itertools.product(*values):
                chosen = dict(one)
                lane = self.unknown_lanes.get((incident, chosen.get("unknown")))
                if lane is None or chosen["lane"] == lane:
                    yield chosen

    def _values(self, pattern: Pattern, incident: int, name: str) -> list[Any]:
        if name == "lane":
            return self.lanes
        if name == "form":
            return self.form
        if name == "kind":
            return ["review", "retro"]
        if name == "message":
            kind = next(kind for kind in self.messages if f"/{kind}/" in pattern.path)
            return self.messages[kind].get(incident, [])
        if name == "item" and "HARD-" in pattern.path:
            return self.backlog.get(incident, [])
        return self.of_incident.get(name, {}).get(incident, [])

    def _in_admin(self, pattern: Pattern) -> Iterator[dict[str, Any]] | None:
        if pattern.names == ["object_id"]:
            app, model = pattern.path.split("/")[1:3]
            try:
                rows = apps.get_model(app, model)._base_manager.order_by("pk")
            except (LookupError, ValueError):
                return None
            return iter({"object_id": one} for one in rows.values_list("pk", flat=True)[:3])
        if pattern.names == ["id"]:
            return iter({"id": person} for person in (1, 2))
        if pattern.names == ["content_type_id", "object_id"]:
            kinds = apps.get_model("contenttypes", "ContentType").objects
            kind = kinds.get(app_label="incidents", model="incident")
            return iter([{"content_type_id": kind.pk, "object_id": 42}])
        if pattern.names == ["app_label"]:
            return iter({"app_label": one} for one in ("incidents", "comms", "auth"))
        return None


class Walk:
    def __init__(self, story: Story) -> None:
        self.story, self.keeper = story, story.keeper
        self.covered: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.failed: list[str] = []

    def everywhere(self, moment: str, roles: dict[str, str], only: str = "") -> None:
        """``only`` is how the addresses begin that are asked for at this moment."""
        addresses = Addresses()
        for role, who in roles.items():
            reach = FIRST_LOOK if only else REACH.get(role, OTHERS)
            wanted = dict.fromkeys(url for url in NOT_FOUND if url.startswith(only))
            for pattern in patterns():
                if role != "admin" and pattern.path.startswith("admin/") and pattern.names:
                    continue
                paths = [path for path in addresses.of(pattern) if path.startswith(only)]
                wanted |= dict.fromkeys(_spread(paths, reach.addresses))
                # The same queries for everybody would say the same nine times.
                for query in QUERIES.get(pattern.name, ()) if reach.queries > 3 else ():
                    wanted |= dict.fromkeys(f"{path}?{query}" for path in paths[:1])
            if who == "anonymous":
                wanted |= dict.fromkeys(_mailed())
            self._crawl(moment, role, who, wanted, reach, only)

    def _crawl(
        self, moment: str, role: str, who: str, wanted: Iterable[str], reach: Reach, only: str
    ) -> None:
        """What is wanted, and where its links lead."""
        client = self.story.client(who)
        paths, queries, fragments = Counter[str](), Counter[str](), Counter[str]()
        waiting = list(wanted)
        paths.update(_route_of(url) for url in waiting if "?" not in url)
        seen = set(waiting)
        for url in waiting:
            answer = self._get(moment, role, client, url)
            if answer is None or answer.status_code != 200 or answer.streaming:
                continue
            route = _route_of(url)
            if fragments[route] < reach.htmx and "html" in answer.get("Content-Type", ""):
                fragments[route] += 1
                self._get(moment, role, client, url, htmx=True)
            for link in _within(answer, url):
                path, _, query = link.partition("?")
                if link in seen or not path.startswith(only or "/"):
                    continue
                if path.startswith("/static/") or "/logout" in path:
                    continue
                found = _route_of(path)
                counted, most = (queries, reach.queries) if query else (paths, reach.addresses)
                if counted[found] < most:
                    counted[found] += 1
                    seen.add(link)
                    waiting.append(link)

    def _get(self, moment: str, role: str, client: Any, url: str, htmx: bool = False) -> Any:
        headers = {"HX-Request": "true"} if htmx else {}
        name = f"{url} htmx" if htmx else url
        if "/live/" in url:
            _forget_presence()
        try:
            answer = client.get(url, headers=headers)
        except Exception as error:  # noqa: BLE001  (told in the snapshot, and at the end)
            self.failed.append(f"{role} GET {url}: {type(error).__name__}: {error}")
            return None
        self.covered[_route(_route_of(url))][answer.status_code] += 1
        self.keeper.answer(f"pages/{moment}/{role}", name, f"{role} GET {name}", answer, url)
        return answer

    def measured(self, token: str) -> None:
        """What a machine with the token reads."""
        answer = self.story.client("anonymous").get(
            "/metrics", headers={"Authorization": f"Bearer {token}"}
        )
        self.covered["metrics"][answer.status_code] += 1
        self.keeper.answer("pages/4 measured", "/metrics", "machine GET /metrics", answer)

    def refusals(self, roles: dict[str, str]) -> None:
        """Each form sent empty. What that changes is taken back before the next one."""
        addresses = Addresses()
        for role, who in roles.items():
            client = self.story.client(who)
            for pattern in patterns():
                for path in _spread(list(addresses.of(pattern)), 3):
                    if path.startswith(("/accounts/logout", "/admin/")):
                        continue
                    self._post(role, client, path)

    def _post(self, role: str, client: Any, path: str) -> None:
        try:
            if "/live/" in path:
                _forget_presence()
            outer = transaction.atomic()
            # As around Django's own test cases: actions may ask for the outermost transaction.
            outer._from_testcase = True
            with outer:
                answer = client.post(path, {})
                transaction.set_rollback(True)
        except Exception as error:  # noqa: BLE001  (as above)
            self.failed.append(f"{role} POST {path}: {type(error).__name__}: {error}")
            return
        if answer.status_code == 405:
            return
        self.keeper.answer(f"posts/{role}", path, f"{role} POST {path}", answer, path)

    def report(self) -> str:
        lines, missed, total = [], [], Counter[int]()
        for pattern in patterns():
            statuses = self.covered.get(_route(pattern.path), Counter())
            total += statuses
            shown = ", ".join(f"{code} × {n}" for code, n in sorted(statuses.items()))
            if statuses:
                lines.append(f"  /{pattern.path}  {shown}")
            else:
                missed.append(f"  /{pattern.path}  {_reason(pattern)}")
        return "\n".join(
            [
                f"{len(lines)} patterns of the URL map answered, {len(missed)} not",
                f"answers by status: {dict(sorted(total.items()))}",
                "",
                *lines,
                "",
                "not asked",
                *missed,
                "",
            ]
        )


def _route(path: str) -> str:
    return path.replace("^", "").replace("\\Z", "").rstrip("$")


def _reason(pattern: Pattern) -> str:
    if pattern.path.startswith("admin/"):
        return "the admin shows no such object of the demo"
    return "the demo has no object that leads there"


def _mailed() -> list[str]:
    """Where the mails lead: confirming, leaving, a new password."""
    texts = (f"{one.body} {one.extra_headers}" for one in mail.outbox)
    return list(dict.fromkeys(path for text in texts for path in _LINKED.findall(text)))


def _within(answer: Any, url: str) -> list[str]:
    if "html" not in answer.get("Content-Type", ""):
        return []
    found = []
    for link, _ in links_of(answer.content.decode(errors="replace"), url):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or not parts.path.startswith("/"):
            continue
        query = urlencode(parse_qsl(parts.query, keep_blank_values=True))
        found.append(f"{parts.path}?{query}" if query else parts.path)
    return found


def _forget_presence() -> None:
    """Who asked last is in the room for some seconds of real time. Valkey has nothing to last."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()


def _route_of(url: str) -> str:
    try:
        return resolve(url.partition("?")[0]).route
    except Resolver404:
        return "nowhere"


def _spread(paths: list[str], most: int) -> list[str]:
    """Of many alike, some from the first to the last."""
    step = max(1, -(-len(paths) // most))
    return paths[::step]
