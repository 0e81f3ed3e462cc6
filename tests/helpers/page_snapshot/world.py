"""The demo brought further: incidents at every stage, and what is told to the outside."""

from typing import Any

from django.apps import apps
from django.core import mail

from .story import Story

DAY = 24 * 60.0


def add_people(story: Story) -> None:
    """A data owner, and a responder who takes no part in anything."""
    person = apps.get_model("incidents", "Person")
    group = apps.get_model("auth", "Group").objects.get(name="responder")
    for username, name in (("dana", "Dana Kovac"), ("olga", "Olga Petrova")):
        row = person.objects.create(
            username=username, name=name, email=f"{username}@example.org", password="!"
        )
        row.groups.add(group)


def after_the_demo(story: Story, webhook: str) -> None:
    _outside(story, webhook)
    _demo_goes_on(story)
    number = _declare(story, "Sessions end too early", surfaces=["sign-in"])
    _handled(story, number)
    _closed(story, number)
    fired = _declare(story, "The dashboard is empty", surfaces=["dashboard"])
    _handled(story, fired)
    _closed(story, fired)
    story.post("priya", f"/INC-{fired}/watch/fire/", signal="2.4 % for six minutes")
    reopened = _declare(story, "Calls are refused", surfaces=["public-api"], severity="2")
    _handled(story, reopened)
    _closed(story, reopened)
    _watch_handed_over(story, reopened)
    story.post("mara", f"/INC-{reopened}/reopen/", reason="Customers report it again")
    watched = _declare(story, "Graphs end at noon", surfaces=["metrics"], severity="3")
    _handled(story, watched)
    _two_signatures(story)
    _restricted(story)
    _declared_in_error(story)
    _backfilled(story)
    _looked_back(story, number)
    _package_judged(story, number)
    _backlog(story, number)
    _settings(story)


def tick(story: Story) -> None:
    """What a worker does each second."""
    from celery import current_app

    current_app.loader.import_default_modules()
    current_app.finalize()
    current_app.tasks["warroom.tick"]()
    current_app.tasks["comms.deliver"]()
    make = current_app.tasks["retros.make_package"]
    package = apps.get_model("retros", "Package").objects
    for pk in package.filter(state="waiting").order_by("pk").values_list("pk", flat=True):
        make(pk)
    current_app.tasks["comms.render_status"]()


def _outside(story: Story, webhook: str) -> None:
    everybody = {"kind": "email", "address": "reader@example.net"}
    story.post("anonymous", "/status/subscribe/", refused=True, **everybody)
    story.post(
        "anonymous", "/status/subscribe/", refused=True, kind="webhook", address=f"{webhook}/open"
    )
    tick(story)
    for one in list(mail.outbox):
        for word in one.body.split():
            if "/status/confirm/" in word:
                path = "/status/confirm/" + word.split("/status/confirm/")[1]
                story.post("anonymous", path, refused=True)
    new = "/subscribers/new/"
    story.post(
        "admin",
        new,
        name="Support desk",
        kind="email",
        address="support@example.org",
        escalations="on",
    )
    story.post("admin", new, name="Ticketing", kind="webhook", address=f"{webhook}/tickets")
    story.post(
        "admin",
        new,
        name="Billing team",
        kind="email",
        address="billing@example.org",
        surfaces=["billing"],
    )
    story.post("admin", new, name="Gone soon", kind="email", address="gone@example.org")
    last = apps.get_model("comms", "Subscriber").objects.order_by("pk").last()
    story.post("admin", f"/subscribers/{last.pk}/remove/")
    plan = "/maintenance/new/"
    windows = [
        ("Database upgrade", "2026-03-07 22:00", "2026-03-07 23:30", "public", ["billing"]),
        ("Certificate renewal", "2026-03-05 18:00", "2026-03-05 19:00", "internal", ["webhooks"]),
        ("Queue move", "2026-03-06 02:00", "2026-03-06 03:00", "public", ["webhooks", "metrics"]),
        ("Index rebuild", "2026-03-09 02:00", "2026-03-09 03:00", "public", ["dashboard"]),
    ]
    for title, starts, ends, audience, surfaces in windows:
        story.post(
            "admin",
            plan,
            title=title,
            text="Reads go on; *writes* wait for a minute.",
            audience=audience,
            surfaces=surfaces,
            starts_at=starts,
            ends_at=ends,
        )
    at = "/maintenance/{}/{}/".format
    story.post("admin", at(1, "change"), title="Database upgrade to 18", note="The version is new.")
    story.post("admin", at(1, "note"), text="We will post here when it begins.")
    story.post("admin", at(2, "begin"), text="It begins early.")
    story.post("admin", at(2, "extend"), ends_at="2026-03-05 20:00", text="One host is slow.")
    story.post("admin", at(3, "begin"), text="")
    story.post("admin", at(3, "end"), text="All went well.")
    story.post("admin", at(4, "cancel"), text="Not needed any more.")
    story.post("mara", "/settings/notices/", mail="on", address=None)
    story.post("noor", "/settings/notices/", mail="on")
    tick(story)


def _demo_goes_on(story: Story) -> None:
    room = "/INC-42/"
    data_owner = {"who": "data_owner", "person": story.pk("dana")}
    story.post("mara", f"{room}roles/", **data_owner)
    story.post("mara", f"{room}people/", person=story.pk("noor"), change="add")
    story.post("noor", f"{room}HO-1/accept/", f"{room}HO-1/")
    story.post("mara", f"{room}notes/", text="Four nodes left.\n\nNobody else is *touched*.")
    story.post(
        "noor",
        f"{room}update/",
        audience="internal",
        progress="mitigating",
        headline="Some sign-ins in Europe fail",
        impact="Sign-in works but for about one person in five in Europe.",
        mitigation="Four hosts are being mended.",
        unknown_1="How long the last host takes",
        next_at="+30",
    )
    note = {
        "happened": "A release signed tokens with a key that some nodes did not know",
        "path": "The flag was undone in 40 seconds; a rollback takes 11 minutes",
        "confidence": "2",
        "uncertain": "Whether sessions of that half hour stay invalid",
        "need": "nothing for now",
        "owner": story.pk("mara"),
    }
    story.post("noor", f"{room}leadership/", **note)
    story.post(
        "noor",
        f"{room}update/",
        f"{room}update/?corrects=2",
        correction="It was one in five, not one in three.",
        impact="Sign-in works but for about one person in five in Europe.",
        next_at="+20",
    )
    story.post("priya", f"{room}H-3/", verdict="confirmed", finding="Seen twice.", evidence=["9"])
    story.post(
        "ken",
        f"{room}recommend/",
        lane="verification",
        option="hold",
        reasons="Wait.",
        evidence=["9"],
        reversibility="5",
        blast_radius="1",
    )
    story.post("mara", f"{room}checkpoints/", due_at="+40", purpose="The last node")
    story.post("priya", f"{room}RISK-2/owner/", owner=story.pk("ken"))
    story.post("mara", f"{room}RISK-1/retire/", reason="The clients back off now.")
    story.post("jonas", f"{room}B-1/end/", state="merged", reason="")
    story.post("mara", f"{room}freezes/", change="lift", surface="sign-in", reason="It is safe.")
    story.post("jonas", f"{room}handoff/", receiver=story.pk("olga"), refused=True)
    story.post(
        "jonas",
        f"{room}handoff/",
        lane="mitigation",
        receiver=story.pk("dana"),
        included="flags\ndeploys of auth-gateway",
        excluded="press",
        unknowns="Whether the last node follows",
        checkpoint=_open_checkpoint(42, last=True),
        trigger="401 rate above 10 % for 2 minutes",
        message="Lunch.",
    )
    story.post("dana", f"{room}HO-2/decline/", reason="I am on another call.")
    tick(story)


def _declare(story: Story, title: str, **fields: Any) -> int:
    answer = story.post("mara", "/declare/", title=title, **({"severity": "1"} | fields))
    return int(str(answer.get("Location", "/INC-0/")).split("INC-")[1].split("/")[0])


def _handled(story: Story, number: int) -> None:
    """Staffed, decided, executed, verified, and told."""
    room = f"/INC-{number}/"
    lanes = {
        "investigation": "priya",
        "mitigation": "jonas",
        "communication": "aisha",
        "verification": "ken",
    }
    people = {"deputy": "tomas", "data_owner": "dana"}
    people |= {f"lane_owner:{lane}": who for lane, who in lanes.items()}
    for role, who in people.items():
        story.post("mara", f"{room}roles/", who=role, person=story.pk(who))
    for lane, who in lanes.items():
        at = f"{room}lanes/{lane}/"
        included, excluded = f"{lane} of tokens\nprobes", "press"
        story.post(who, f"{at}boundary/", at, included=included, excluded=excluded)
    story.post("mara", f"{room}channel/", channel="#inc")
    story.post("mara", f"{room}revision/", revision="4be90a7")
    story.post("mara", f"{room}rollback/", broad="no", reason="Nothing was migrated.")
    story.post("mara", f"{room}phase/", phase="containment", reason="It is known and staffed.")
    _capture(
        story, "jonas", number, "deploy rollback --dry-run", "dry run passed\n", "rollback_check"
    )
    _capture(story, "ken", number, "probe --all", "before: 0.3 %\n", "baseline")
    _capture(story, "jonas", number, "git log --oneline -n 5", "\x1b[31m4be90a7\x1b[0m Cache\n")
    _capture(
        story,
        "priya",
        number,
        "",
        "",
        kind="link",
        url="https://graphs.example.org/1",
        title="Graph",
    )
    story.post("priya", f"{room}lanes/investigation/unknowns/", text="Which node was last?")
    story.post(
        "mara",
        f"{room}escalation/",
        summary="Tokens are refused",
        impact="31 % of sign-ins fail, baseline 0.3 %",
        decision="A rollback is prepared",
        ask="Approve edge access for a second engineer until 18:00",
        next_at="+20",
        owner=story.pk("mara"),
    )
    _update(story, number, progress="investigating", next_at="+25")
    story.post("mara", f"{room}checkpoints/", due_at="+15", purpose="Roll back or not")
    story.post("mara", f"{room}risks/", text="Old sessions may fail.", owner=story.pk("ken"))
    story.post(
        "jonas", f"{room}branches/", type="rollback", name="inc-back", owner=story.pk("jonas")
    )
    _decide(story, number)
    at = f"{room}D-1/"
    story.post("jonas", f"{at}start/", at)
    proof = _capture(story, "jonas", number, "deploy rollback", "rolled back\n")
    story.post("jonas", f"{at}done/", at, evidence=[proof])
    run = _capture(
        story, "ken", number, "probe --all", "after: 0.3 %\n", "verification", baseline="2"
    )
    story.post(
        "ken", f"{at}verify/", at, run=str(run), finding="0.3 % as before", verdict="verified"
    )
    story.post("jonas", f"{room}B-1/end/", state="merged")
    story.post(
        "priya",
        f"{room}lanes/investigation/U-1/",
        resolution="euw-07 was last.",
        evidence=[str(proof)],
    )
    _update(story, number, progress="recovered", next_at="", state="operational")
    tick(story)


def _update(
    story: Story, number: int, progress: str, next_at: str, state: str = "partial_outage"
) -> None:
    impacted = apps.get_model("incidents", "Incident").objects.get(pk=number).surfaces.all()
    story.post(
        "aisha",
        f"/INC-{number}/update/",
        audience="public",
        progress=progress,
        headline="Some people cannot sign in",
        impact="Signing in fails for about one person in three. Sessions that are open stay.",
        mitigation="We look for what changed in today’s release.",
        unknown_1="Whether trying again helps",
        next_at=next_at,
        **{f"surface_{one.pk}": state for one in impacted},
    )


def _capture(
    story: Story,
    who: str,
    number: int,
    command: str,
    text: str,
    purpose: str = "general",
    **other: Any,
) -> int:
    fields: dict[str, Any] = {
        "kind": "command",
        "command": command,
        "text": text,
        "purpose": purpose,
        "exit_code": "0",
        "host": "ops-2",
        "revision": "8f3c21d",
        "duration": "1.4 s",
    }
    if purpose == "verification":
        fields["lane"] = "verification"
    story.post(who, f"/INC-{number}/evidence/new/", **(fields | other))
    rows = apps.get_model("incidents", "Evidence").objects.filter(incident=number)
    return int(rows.order_by("number").values_list("number", flat=True).last() or 0)


def _decide(story: Story, number: int, **other: Any) -> Any:
    fields: dict[str, Any] = {
        "scope": "Sign-in in all regions",
        "evidence": ["1", "3"],
        "risk_new": "Sessions issued before the rollback may fail until they expire",
        "next_action": "Roll auth-gateway back, region by region",
        "deadline": "+30",
        "choice": "rollback",
        "option": "rollback",
        "rejected_flag": "The flag does not cover the signer",
        "rejected_hotfix": "The cause is not confirmed",
        "why_now": "Failures grow every minute",
        "reversibility": "Eleven minutes forward again",
        "blast_radius": "All sign-ins for 40 seconds a region",
        "verification": "401 rate below 0.5 % for five minutes",
        "confidence": "3",
        "executor": story.pk("jonas"),
        "verifier": story.pk("ken"),
        "deviation_reason": "A rollback is rehearsed; the usual way takes an hour",
    }
    at = f"/INC-{number}/CP-{_open_checkpoint(number)}/"
    story.post("mara", at, refused=True, **(fields | {"scope": "", "confidence": "1"}))
    return story.post("mara", at, **(fields | other))


def _open_checkpoint(number: int, *, last: bool = False) -> str:
    rows = apps.get_model("incidents", "Checkpoint").objects.filter(incident=number)
    taken = apps.get_model("incidents", "Decision").objects.filter(checkpoint__in=rows)
    numbers = rows.exclude(pk__in=taken.values("checkpoint")).order_by(
        "-number" if last else "number"
    )
    return str(numbers.values_list("number", flat=True).first() or "")


def _closed(story: Story, number: int) -> None:
    room = f"/INC-{number}/"
    story.post(
        "mara",
        f"{room}backlog/",
        title="Edge nodes honour key-set expiry",
        detail="All of them.",
        owner=story.pk("jonas"),
        due_on="2026-04-02",
        tracker="https://tracker.example.org/browse/EDGE-540",
    )
    due = {"owner": story.pk("tomas"), "due_on": "2026-03-06"}
    story.post("mara", f"{room}backlog/", title="Watch the clocks", **due)
    statement = {
        "happened": "Some edge nodes did not know the new signing key.",
        "path": "A rollback was the fastest reversible way.",
        "uncertain": "Why the staged rollout did not show it.",
        "need": "Nothing for now.",
        "confidence": "3",
        "trigger": "Failed sign-ins above 2 % for five minutes.",
        "watch_owner": story.pk("priya"),
    }
    gate = f"{room}gate/"
    story.post("mara", gate, refused=True, **(statement | {"trigger": "", "do": "close"}))
    story.post("mara", gate, **statement)
    for phase in ("recovery", "hardening"):
        story.post("mara", f"{room}phase/", phase=phase, reason="It holds.")
    story.post("mara", gate, **statement, do="close")
    tick(story)
    story.post("priya", f"{room}watch/", text="0.3 % on the sign-in board", minutes=61)
    tick(story)


def _watch_handed_over(story: Story, number: int) -> None:
    room = f"/INC-{number}/"
    story.post(
        "priya",
        f"{room}handoff/",
        f"{room}handoff/?lane=watch",
        receiver=story.pk("noor"),
        included="Sign-in in all regions",
        unknowns="Whether old sessions fail at midnight",
        checkpoint="6",
        trigger="Failed sign-ins above 2 % for five minutes",
    )
    story.post("noor", f"{room}HO-1/accept/", f"{room}HO-1/")
    tick(story)


def _two_signatures(story: Story) -> None:
    number = _declare(story, "Ledger counts twice", surfaces=["billing"], severity="2")
    room = f"/INC-{number}/"
    roles = {
        "deputy": "tomas",
        "data_owner": "dana",
        "lane_owner:investigation": "priya",
        "lane_owner:mitigation": "jonas",
        "lane_owner:communication": "aisha",
        "lane_owner:verification": "ken",
    }
    for role, who in roles.items():
        story.post("mara", f"{room}roles/", who=role, person=story.pk(who))
    story.post("mara", f"{room}channel/", channel="#ledger")
    story.post("mara", f"{room}revision/", revision="71c9f02")
    _capture(story, "jonas", number, "deploy rollback --dry-run", "passed\n", "rollback_check")
    _capture(story, "ken", number, "probe ledger", "2 of 2\n", "baseline")
    _capture(story, "jonas", number, "git log --oneline -n 5", "71c9f02 Ledger\n")
    freeze = {
        "choice": "continue",
        "option": "write_freeze",
        "rejected_rollback": "A migration is in the way",
        "deviation_reason": "The usual way needs people who sleep",
    }
    for step in ("withdrawn", "signed"):
        story.post("mara", f"{room}checkpoints/", due_at="+15", purpose=f"To be {step}")
        _decide(story, number, **freeze)
        last = apps.get_model("incidents", "Decision").objects.filter(incident=number)
        at = f"{room}D-{last.count()}/"
        if step == "withdrawn":
            story.post("mara", f"{at}withdraw/", at, reason="It came too early")
        else:
            story.post("dana", f"{at}sign/", at)
            story.post("jonas", f"{at}start/", at)
    story.post("mara", f"{room}scenario/", scenario="billing-state-mismatch", reason="It is one.")
    tick(story)


def _restricted(story: Story) -> None:
    number = _declare(story, "A leak nobody may hear of", restricted="on", surfaces=["sign-in"])
    room = f"/INC-{number}/"
    story.post("mara", f"{room}people/", person=story.pk("priya"), change="add")
    story.post("priya", f"{room}notes/", text="Seen by two.")
    story.post("mara", f"{room}severity/", severity="1", reason="It is one.", refused=True)
    story.post("mara", f"{room}surfaces/", surfaces=["sign-in", "metrics"])
    tick(story)


def _declared_in_error(story: Story) -> None:
    number = _declare(story, "Tokens refused, a second time", surfaces=["sign-in"])
    story.post("mara", f"/INC-{number}/void/", original="INC-42", reason="It is the same.")
    number = _declare(story, "A drill by mistake", severity="3")
    story.post(
        "mara", f"/INC-{number}/void/", original="", reason="It was a drill; nobody was touched."
    )
    number = _declare(story, "Voided too soon", severity="3")
    story.post(
        "mara", f"/INC-{number}/void/", original="", reason="It was a drill; nobody was touched."
    )
    story.post("mara", f"/INC-{number}/take-back/", reason="There was one.")
    story.post("mara", f"/INC-{number}/restriction/", restricted="yes", reason="For now.")
    tick(story)


def _backfilled(story: Story) -> None:
    story.post(
        "mara",
        "/declare/backfill/",
        title="Mail was late in February",
        severity="3",
        surfaces=["webhooks"],
        began_at="2026-02-11 09:00",
        declared_at="2026-02-11 09:20",
        mitigated_at="2026-02-11 10:30",
        recovered_at="2026-02-11 11:00",
        happened="A queue was full.",
        done="It was emptied by Noor.",
        kept="https://tickets.example.org/77",
        source="A ticket; the war room was not there yet.",
    )


def _looked_back(story: Story, number: int) -> None:
    closing = apps.get_model("retros", "Closing").objects.filter(incident=number).last()
    if closing is None:  # refused above, and told
        return
    at = f"/INC-{number}/retro/{closing.number}/"
    review: dict[str, Any] = {}
    for question in ("ignored", "longest", "ambiguous", "guardrail", "metric"):
        review[question] = f"The probe failed twice ({question})"
        review[f"{question}_follows"] = "none"
        review[f"{question}_why"] = "It is on the backlog already"
    review |= {
        "ignored_follows": "item",
        "ignored_title": "A release that rotates keys waits for a probe",
        "ignored_owner": story.pk("jonas"),
        "ignored_due_on": "2026-04-02",
        "ignored_why": "",
    }
    page = f"{at}review/"
    story.post("mara", f"{page}draft/", page, refused=True, ignored="Half a thought")
    story.post("mara", page, refused=True, ignored="")
    story.post("mara", page, **review)
    story.post("mara", f"{page}add/", page, review_thought="Later: it was three times.")
    retro = {one: f"Words on {one}" for one in ("trigger", "slowed", "faster")}
    retro |= {
        "proposal": "Warn on two owners\nof one boundary",
        "proposal_owner": story.pk("ken"),
        "proposal_due_on": "2026-04-02",
    }
    story.post("mara", f"{at}retro/", **retro)
    tick(story)


def _package_judged(story: Story, number: int) -> None:
    at = f"/INC-{number}/package/{{}}/".format
    story.post("admin", f"{at(1)}judge/", at(1), remark_note="Say who approved it.", do="back")
    answer = apps.get_model("retros", "Remark").objects.order_by("pk").last()
    answers = {f"answer_{answer.pk}": "Named now."} if answer else {}
    page = f"{at(1)}revise/"
    story.post("mara", page, **answers, uncertain="Why the rollout did not show it; Sam approved.")
    tick(story)
    story.post("admin", f"{at(2)}judge/", at(2), do="accept")
    tick(story)


def _backlog(story: Story, number: int) -> None:
    rows = apps.get_model("retros", "BacklogItem").objects.filter(incident=number)
    names = list(rows.order_by("pk").values_list("pk", flat=True))
    if len(names) < 2:  # as above
        return
    for item, step in zip(names, ("begin", "drop", "begin"), strict=False):
        at = f"/INC-{number}/HARD-{item}/"
        story.post("mara", f"{at}{step}/", at, reason="Not worth it")
    at = f"/INC-{number}/HARD-{names[0]}/"
    story.post("mara", f"{at}done/", at)
    story.post("mara", f"{at}reopen/", at, reason="It came back")
    story.post("mara", at, title="Edge nodes honour the expiry", due_on="2026-04-09")
    story.post("olga", f"/INC-{number}/HARD-{names[1]}/drop/", refused=True, reason="No")


def _settings(story: Story) -> None:
    zone = {"name": "Noor Haddad", "time_zone": "Europe/Berlin", "theme": "dark"}
    story.post("noor", "/settings/", **zone, single_keys="on")
    story.post("lena", "/settings/", name="Lena Novak", single_keys=None)
    story.post("anonymous", "/accounts/password/reset/", email="noor@example.org")
    wrong = {"login": "mara", "password": "wrong"}
    story.post("anonymous", "/accounts/login/", refused=True, **wrong)


def days_later(story: Story) -> None:
    """The watch ends, work comes due, and reminders have been written."""
    for _ in range(4):
        story.later(DAY / 2)
        tick(story)
