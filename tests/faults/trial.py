"""One fault after the other on a cluster at work, and what must hold after each."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from tests.faults.cluster import TIMEOUT_SECONDS, Cluster, until
from tests.faults.load import Load


@dataclass(frozen=True)
class Fault:
    """``begin`` harms, ``end`` mends; what the supervisor mends by itself has no end."""

    name: str
    begin: Callable[[Cluster], None]
    end: Callable[[Cluster], None] = lambda _: None
    noticed: frozenset[str] = frozenset()
    """What a page may say of itself meanwhile; nothing where nobody is to notice."""


FAULTS = {
    "web": Fault("a web process is killed", lambda on: on.kill("web"), noticed=frozenset({"lost"})),
    "worker": Fault("a worker is killed", lambda on: on.kill("worker")),
    "beat": Fault("a beat is killed", lambda on: on.kill("beat")),
    "valkey": Fault(
        "Valkey dies and comes back empty",
        lambda on: on.servers.stop_valkey(),
        lambda on: on.servers.start_valkey(),
        frozenset({"polling"}),
    ),
    "postgres": Fault(
        "PostgreSQL crashes and recovers",
        lambda on: on.servers.stop_postgres(),
        lambda on: on.servers.start_postgres(),
        frozenset({"blind"}),
    ),
    "refused": Fault(
        "the network to Valkey is cut",
        lambda on: on.servers.line.refuse(),
        lambda on: on.servers.line.mend(),
        frozenset({"polling"}),
    ),
    "silent": Fault(
        "the network to Valkey falls silent",
        lambda on: on.servers.line.fall_silent(),
        lambda on: on.servers.line.mend(),
        frozenset({"polling"}),
    ),
}

_WATCH = """
window.stood = [];
new MutationObserver(() => {
  const name = document.querySelector(".connection")?.dataset.state;
  if (name && name !== window.stood.at(-1)) window.stood.push(name);
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


class Tab:
    """The room in a real browser."""

    def __init__(self, browser: Browser, on: Cluster, person: int) -> None:
        self._context = browser.new_context(base_url=on.url)
        session = {"name": "sessionid", "value": on.seeded["sessions"][person], "url": on.url}
        self._context.add_cookies([session])  # type: ignore[list-item]
        self._context.add_init_script(_WATCH)
        self._context.set_default_timeout(TIMEOUT_SECONDS * 1000)
        self.page: Page = self._context.new_page()
        self.page.goto(f"/INC-{on.seeded['room']}/")

    @property
    def standing(self) -> list[str]:
        return list(self.page.evaluate("window.stood"))

    def seqs(self) -> list[int]:
        """Of the entries on the page, oldest first."""
        found = self.page.evaluate(
            "[...document.querySelectorAll('.timeline-entries > [data-seq]')]"
            ".map((entry) => Number(entry.dataset.seq))"
        )
        return list(reversed(found))


@dataclass
class Outcome:
    """What one fault did."""

    fault: str
    back_after: float = 0.0
    """Seconds from its end until everything was as before."""
    slowest: float = 0.0
    """The longest that one try of a writer took, in seconds."""
    answers: Counter[str] = field(default_factory=Counter)
    stood: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


class Trial:
    def __init__(self, on: Cluster, load: Load, tabs: list[Tab]) -> None:
        self.on, self.load, self.tabs = on, load, tabs
        self._forced: list[int] = []
        """Rows of checkpoints whose time was changed behind the record."""

    def settle(self) -> None:
        """Every process runs, every page is live and has all that was there when we looked."""
        head = self.head()
        until(lambda: self._as_before(head), "every page is live and has every entry")

    def suffer(self, name: str, seconds: float) -> Outcome:
        """Harm, wait, mend, and wait until all is as before. The writers go on throughout."""
        fault, record = FAULTS[name], self.load.record
        self.settle()
        answers, record.slowest = Counter(record.answers), 0.0
        stood = [len(one.standing) for one in (*self.load.viewers, *self.tabs)]
        meanwhile = self.make_due()
        fault.begin(self.on)
        until(lambda: self._noticed(fault, stood), f"a page says: {fault.name}")
        threading.Event().wait(seconds)
        fault.end(self.on)
        ended, taken = time.monotonic(), self.load.taken()
        afterwards = self.make_due()
        until(lambda: self.load.taken() > taken + 3, "writes are taken")
        until(lambda: self._reminded(meanwhile, afterwards), "what came due was reminded of")
        self.settle()
        outcome = Outcome(fault.name, time.monotonic() - ended, record.slowest)
        outcome.answers = record.answers - answers
        for one, before in zip((*self.load.viewers, *self.tabs), stood, strict=True):
            outcome.stood.update(set(one.standing[before:]))
        outcome.violations = self.violations()
        return outcome

    def make_due(self) -> int:
        """Bring one of the checkpoints that are far ahead to this moment; answers with its row.

        The database refuses that to everybody who does not switch its triggers off.
        """
        rows = self.on.forced(
            "UPDATE incidents_checkpoint SET due_at = now() WHERE id = (SELECT min(id) FROM"
            " incidents_checkpoint WHERE incident_id = %s AND due_at > now()) RETURNING id",
            self.on.seeded["timed"],
        )
        self._forced.append(int(rows[0][0]))
        return self._forced[-1]

    def _reminded(self, *rows: int) -> bool:
        query = (
            "SELECT count(*) FROM incidents_claim WHERE kind = 'checkpoint.due'"
            " AND claimed_at IS NOT NULL AND subject = ANY(%s)"
        )
        return self.on.asked(query, [str(row) for row in rows]) == [(len(rows),)]

    def _noticed(self, fault: Fault, stood: list[int]) -> bool:
        """Whether a page has said so since; where nobody is to notice, at once."""
        pages = zip((*self.load.viewers, *self.tabs), stood, strict=True)
        return not fault.noticed or any(
            fault.noticed & set(one.standing[before:]) for one, before in pages
        )

    def _as_before(self, head: int) -> bool:
        if not self._all_live():
            return False
        behind = [one for one in self.load.viewers if one.seq < head]
        return not behind and self._all_show(head) and self.on.all_run()

    def _all_show(self, head: int) -> bool:
        return all(tab.seqs()[-1] >= head for tab in self.tabs)

    def _all_live(self) -> bool:
        pages = (*self.load.viewers, *self.tabs)
        return all(one.standing[-1:] == ["live"] for one in pages)

    def head(self) -> int:
        query = "SELECT last_seq FROM incidents_incident WHERE id = %s"
        return int(self.on.asked(query, self.on.seeded["room"])[0][0])

    def violations(self) -> list[str]:
        """What must never be, in sentences."""
        return [*self._writes(), *self._pages(), *self._reminders()]

    def _writes(self) -> list[str]:
        taken = list(self.load.record.taken)
        rows = self.on.asked(
            "SELECT coalesce(data->>'text', data->>'title') FROM incidents_timelineentry"
            " WHERE incident_id = %s AND kind IN ('note.added', 'evidence.captured')",
            self.on.seeded["room"],
        )
        there = Counter(str(text) for (text,) in rows)
        lost = [f"{text} was taken and is not there" for text in taken if not there[text]]
        twice = [f"{text} is there {n} times" for text, n in there.items() if n > 1]
        return lost + twice

    def _pages(self) -> list[str]:
        """Each entry once and in order, without a gap."""
        faults = []
        for one in self.load.viewers:
            seqs = list(one.seqs)
            if seqs != list(range(1, len(seqs) + 1)):
                faults.append(f"A viewer has {seqs}")
        for tab in self.tabs:
            seqs = tab.seqs()
            if seqs != list(range(seqs[0], seqs[0] + len(seqs))):
                faults.append(f"A browser shows {seqs}")
        return faults

    def _reminders(self) -> list[str]:
        kind = "kind = 'checkpoint.due' AND incident_id = %s GROUP BY subject HAVING count(*) > 1"
        faults = []
        for table in ("incidents_timelineentry", "incidents_notice"):
            rows = self.on.asked(
                f"SELECT subject, count(*) FROM {table} WHERE {kind}", self.on.seeded["timed"]
            )
            faults += [f"{subject} is {n} times in {table}" for subject, n in rows]
        came = self.on.servers.mailbox.came
        return faults + [f"{mail} came {n} times" for mail, n in came.items() if n > 1]

    def finish(self) -> list[str]:
        """When the load rests: the chain holds, and nothing that came due is missing."""
        self.load.rest()
        self.settle()
        due = (
            "SELECT count(*) FROM incidents_checkpoint WHERE incident_id = %s"
            " AND due_at < now() AND NOT EXISTS (SELECT 1 FROM incidents_claim c WHERE"
            " c.kind = 'checkpoint.due' AND c.subject = incidents_checkpoint.id::text"
            " AND c.claimed_at IS NOT NULL)"
        )
        owed = "SELECT count(*) FROM comms_delivery WHERE state IN ('waiting', 'sending', 'handed')"
        timed = self.on.seeded["timed"]
        until(lambda: self.on.asked(due, timed) == [(0,)], "every reminder was written")
        until(lambda: self.on.asked(owed) == [(0,)], "every mail was sent")
        return self.violations() + self._broken()

    def _broken(self) -> list[str]:
        """What the record does not hold for, but for the checkpoints that were made due by force.

        Of those it must know each.
        """
        verified = self.on.manage("verify_timeline", "--all")
        lines = [line for line in verified.stdout.splitlines() if " broken: " in line]
        forced = {
            f"INC-{self.on.seeded['timed']} broken: due_at in row {row} of incidents_checkpoint"
            for row in self._forced
        }
        found = {line.partition(" was changed ")[0] for line in lines}
        if verified.returncode not in (0, 1) or "Traceback" in verified.stderr:
            return [verified.stderr]
        return sorted(found ^ forced)
