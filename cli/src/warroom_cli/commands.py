"""The commands of ``warroom``, and what their exit codes mean.

0: done, or free. 1: refused, or frozen. 2: it cannot be told (no server, no token, wrong usage).
``capture`` returns the exit code of its command.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urljoin

from warroom_cli import __version__, settings
from warroom_cli.printing import complain, outline, show, show_json
from warroom_cli.refusals import Away, Refusal, sentence_of
from warroom_cli.settings import INCIDENT, Settings, Unusable, incident_number

DONE, NO, UNKNOWN = 0, 1, 2
INTERRUPTED = 130
LONG_POLL_SECONDS = 25
POLL_INTERVAL_SECONDS = 2.0
MAX_BACKOFF_SECONDS = 15.0

LANES = ("investigation", "mitigation", "communication", "verification")
PURPOSES = ("general", "precheck", "rollback_check", "baseline", "verification")
SHELLS = ("bash", "zsh", "fish")

Command = Callable[[argparse.Namespace, Settings], int]


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    words = list(sys.argv[1:] if words is None else words)
    before, command = _split(words)
    options, more = parser().parse_known_args(before)
    if unknown := [word for word in more if word.startswith("-") or "words" not in options]:
        parser().error(f"{unknown[0]} is not known here (see warroom {options.name} --help)")
    options.command = command
    if more:  # words behind an option
        options.words += more
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # as `warroom watch | head` ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE


def parser() -> argparse.ArgumentParser:
    main_parser = argparse.ArgumentParser(
        prog="warroom", description="Evidence, notes, briefs and freezes of a Warroom."
    )
    main_parser.add_argument("--version", action="version", version=f"warroom {__version__}")
    main_parser.set_defaults(json=False, sends_rest=True)
    commands = main_parser.add_subparsers(required=True, metavar="COMMAND", dest="name")

    def add(name: str, run: Command, help_text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help_text, description=help_text)
        one.add_argument("--json", action="store_true", help="answer in JSON")
        one.set_defaults(run=run)
        return one

    one = add("capture", _capture, "Run a command and send what it shows as evidence.")
    _add_place(one)
    one.add_argument("--title", default="", help="a title in place of the command line")
    one.add_argument("--purpose", default="", choices=PURPOSES, help="what the evidence is for")
    one.add_argument("--serves", default="", help="the requirement of the scenario that it meets")
    one.add_argument("-v", "--verbose", action="store_true", help="say which evidence it became")

    one = add("note", _note, "Write a note on the timeline; the text may come from stdin.")
    _add_place(one)

    one = add("brief", _brief, "Print what who works in a lane has to know.")
    _add_place(one)

    add("next", _next, "Print what waits for you.")

    one = add("watch", _watch, "Print the timeline, and go on as entries come.")
    _add_place(one, lane=False)
    one.add_argument("--after", type=int, default=0, help="begin after this entry")
    one.add_argument("--once", action="store_true", help="end with the newest entry")

    freeze = commands.add_parser("freeze", help="Ask about frozen surfaces.")
    inner = freeze.add_subparsers(required=True, metavar="check")
    text = "Whether a surface is frozen: exit 0 free, 1 frozen, 2 when it cannot be told."
    one = inner.add_parser("check", help=text, description=text)
    one.add_argument("--surface", required=True, help="its short name, such as payments")
    one.add_argument("--json", action="store_true", help="answer in JSON")
    age = "take an answer that is no older than so many seconds, in place of asking"
    one.add_argument("--max-age", type=float, default=0, metavar="SECONDS", help=age)
    one.set_defaults(run=_freeze_check, sends_rest=False)

    one = add("decide", _decide, "Judge a decision record without recording it.")
    one.add_argument("--dry-run", action="store_true", required=True, help="record nothing")
    one.add_argument("--checkpoint", default="", help="such as CP-2; or “checkpoint” of FILE")
    one.add_argument("file", metavar="FILE", help="the record in JSON; - is stdin")
    one.add_argument("--incident", default="", help="such as INC-42")

    for name in ("me", "status"):
        add(name, _me, "Print who your token speaks for, and what waits to be sent.")

    one = add("send", _send, "Send what waits since the server was away.")
    one.add_argument("words", nargs="*", metavar="INC-42", help="for what names no incident")
    one.set_defaults(sends_rest=False)

    one = add("login", _login, "Keep a token for the server, readable by you alone.")
    one.add_argument("--token-stdin", action="store_true", required=True, help="read it from stdin")
    one.add_argument("--url", default="", help="the server, in place of $WARROOM_URL")

    one = add("completion", _completion, "Print the completion script of a shell.")
    one.add_argument("shell", choices=SHELLS)
    one.set_defaults(sends_rest=False)
    return main_parser


def _add_place(one: argparse.ArgumentParser, *, lane: bool = True) -> None:
    one.add_argument("words", nargs="*", metavar="INC-42", help="the incident, then a lane or text")
    one.add_argument("--incident", default="", help="the incident, in place of $WARROOM_INCIDENT")
    if lane:
        one.add_argument("--lane", default="", choices=LANES, help="in place of $WARROOM_LANE")


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Ours, and the command after ``--``."""
    if "--" not in words:
        return words, []
    place = words.index("--")
    return words[:place], words[place + 1 :]


def _run(options: argparse.Namespace) -> int:
    try:
        found = settings.load()
        code: int = options.run(options, found)
    except Refusal as refusal:
        if options.json:
            show_json({"detail": refusal.detail, "violations": refusal.violations})
        for sentence in refusal.sentences:
            complain(sentence)
        # For a check, what the server refuses is not an answer.
        return UNKNOWN if options.name == "freeze" else NO
    except (Away, Unusable) as error:
        complain(str(error))
        return UNKNOWN
    if options.sends_rest and options.name != "capture":
        from warroom_cli import delivery

        delivery.send_rest_within(found)
    return code


# -- Where -------------------------------------------------------------------------------------


def _take_incident(options: argparse.Namespace) -> int:
    """The incident that is named, which leaves the words; 0 for none."""
    named = options.incident
    if not named and options.words and INCIDENT.fullmatch(options.words[0]):
        named = options.words.pop(0)
    return incident_number(named or os.environ.get("WARROOM_INCIDENT", ""))


def _take_lane(options: argparse.Namespace) -> str:
    if not options.lane and options.words and options.words[0] in LANES:
        return str(options.words.pop(0))
    return options.lane or os.environ.get("WARROOM_LANE", "")


def _no_more(options: argparse.Namespace) -> None:
    if options.words:
        raise Unusable(f"“{options.words[0]}” is neither an incident such as INC-42 nor a lane.")


def _known_incident(client: Any, options: argparse.Namespace) -> int:
    """The named incident, or the token's own."""
    number = _take_incident(options) or incident_number(client.get("/me").get("incident", ""))
    if not number:
        raise Unusable("Say which incident: INC-42, or set WARROOM_INCIDENT.")
    return number


def _client(found: Settings) -> Any:
    from warroom_cli.client import Client

    return Client(found)


# -- Writing -----------------------------------------------------------------------------------


def _capture(options: argparse.Namespace, found: Settings) -> int:
    if not options.command:
        raise Unusable("Write the command after two dashes: warroom capture INC-42 -- pytest")
    from warroom_cli.capture import About, capture
    from warroom_cli.terminal import NotRun

    incident, lane = _take_incident(options), _take_lane(options)
    _no_more(options)
    about = About(incident, lane, options.title, options.purpose, options.serves)
    try:
        exit_code, sent = capture(found, about, options.command)
    except NotRun as error:
        complain(str(error))
        return error.exit_code
    if options.json:
        print(_sent_json(sent, found), file=sys.stderr, flush=True)
    elif not sent.is_delivered or options.verbose:
        complain(_sent_line(sent, found))
    return exit_code


def _note(options: argparse.Namespace, found: Settings) -> int:
    from warroom_cli import delivery, masking, queue

    incident, lane = _take_incident(options), _take_lane(options)
    words = options.words + options.command
    text = " ".join(words) if words and words != ["-"] else sys.stdin.read()
    if not text.strip():
        raise Unusable("A note has a text: warroom note INC-42 The cache is warm again.")
    content: dict[str, object] = {"text": masking.mask(text.strip()), "lane": lane}
    entry = queue.new_entry("notes", content, incident, found.url, found.token_mark)
    sent = delivery.post(found, entry)
    if options.json:
        print(_sent_json(sent, found), flush=True)
    elif sent.is_delivered:
        show(_sent_line(sent, found))
    else:
        complain(_sent_line(sent, found))
    return {"delivered": DONE, "refused": NO}.get(sent.state, UNKNOWN)


def _send(options: argparse.Namespace, found: Settings) -> int:
    from warroom_cli import delivery

    incident = incident_number(options.words[0]) if options.words else 0
    until = time.monotonic() + delivery.PATIENT_SECONDS
    outcomes = [sent for _, sent in delivery.send_all(found, until=until, incident=incident)]
    if options.json:
        show_json([_sent(sent, found) for sent in outcomes])
    else:
        for sent in outcomes:
            (show if sent.is_delivered else complain)(_sent_line(sent, found))
        if not outcomes:
            show("Nothing waits to be sent.")
    if any(sent.state == delivery.REFUSED for sent in outcomes):
        return NO
    return DONE if all(sent.is_delivered for sent in outcomes) else UNKNOWN


def _sent(sent: Any, found: Settings) -> dict[str, Any]:
    answer = sent.answer if isinstance(sent.answer, dict) else {}
    if answer.get("link"):
        answer = {**answer, "link": urljoin(f"{found.url}/", answer["link"])}
    return {**answer, "state": sent.state, "sentences": list(sent.sentences)}


def _sent_json(sent: Any, found: Settings) -> str:
    import json

    return json.dumps(_sent(sent, found))


def _sent_line(sent: Any, found: Settings) -> str:
    about = " ".join(sent.sentences)
    if sent.is_delivered:
        answer = _sent(sent, found)
        return f"{answer.get('reference', 'recorded')} {answer.get('link', '')}".strip()
    if sent.state == "refused":
        return f"not recorded. {about}"
    return f"kept, and sent later. {about}"


# -- Reading -----------------------------------------------------------------------------------


def _brief(options: argparse.Namespace, found: Settings) -> int:
    client = _client(found)
    number, lane = _known_incident(client, options), _take_lane(options)
    _no_more(options)
    lane = lane or client.get("/me").get("lane", "")
    path = f"/incidents/{number}/lanes/{lane}/brief" if lane else f"/incidents/{number}/brief"
    _print(options, client.get(path))
    return DONE


def _next(options: argparse.Namespace, found: Settings) -> int:
    duties = _client(found).get("/duties")
    if options.json:
        show_json(duties)
        return DONE
    for duty in duties["items"]:
        show(_duty_lines(duty))
    left_out = duties.get("total", 0) - len(duties["items"])
    if left_out > 0:
        show(f"… and {left_out} more.")
    if not duties["items"]:
        show("Nothing waits for you.")
    return DONE


def _duty_lines(duty: dict[str, Any]) -> str:
    due = f", due {duty['due_at']}" if duty.get("due_at") else ""
    late = " (late)" if duty.get("is_late") else ""
    return (
        f"{duty['incident']['reference']} {duty['title']}{due}{late}\n"
        f"  {duty.get('why', '')}\n  {duty['link']}"
    )


def _me(options: argparse.Namespace, found: Settings) -> int:
    from warroom_cli import queue

    me = _client(found).get("/me")
    _print(options, {"server": found.url, **me, "waits_to_be_sent": len(queue.waiting())})
    return DONE


def _watch(options: argparse.Namespace, found: Settings) -> int:
    client = _client(found)
    number = _known_incident(client, options)
    _no_more(options)
    after, pause = options.after, POLL_INTERVAL_SECONDS
    while True:
        wait = 0 if options.once else LONG_POLL_SECONDS
        asked = time.monotonic()
        try:
            page = client.get(
                f"/incidents/{number}/timeline", after=after, wait=wait, timeout=wait + 15.0
            )
        except Away as error:
            if options.once:
                raise
            complain(str(error))
            Event().wait(pause)
            pause = min(2 * pause, MAX_BACKOFF_SECONDS)
            continue
        pause = POLL_INTERVAL_SECONDS
        entries = page["entries"]
        for entry in entries:
            show_json(entry) if options.json else show(_entry_line(entry))
        after = max([after, *(entry["seq"] for entry in entries)])
        if options.once and not entries:
            return DONE
        if not entries and time.monotonic() - asked < pause:  # it does not wait for us
            Event().wait(pause)


def _entry_line(entry: dict[str, Any]) -> str:
    lane = f" [{entry['lane']}]" if entry.get("lane") else ""
    author = entry.get("author") or {}
    body = "".join(f"\n    {line}" for line in str(entry.get("body") or "").splitlines())
    return (
        f"#{entry['seq']} {entry['at']}{lane} {entry['headline']} ({author.get('name', '')}){body}"
    )


def _freeze_check(options: argparse.Namespace, found: Settings) -> int:
    from warroom_cli import freezes

    answer = freezes.ask(found, options.surface, options.max_age)
    if options.json:
        show_json(answer)
    elif answer["frozen"]:
        for freeze in answer.get("freezes") or [{}]:
            show(_freeze_lines(options.surface, freeze))
    else:
        show(f"{options.surface} is free.")
    return NO if answer["frozen"] else DONE


def _freeze_lines(surface: str, freeze: dict[str, Any]) -> str:
    """Why it is frozen, who can lift it, and where."""
    incident = freeze.get("incident") or {}
    reference = incident.get("reference", "")
    owner = (freeze.get("owner") or {}).get("name") or f"the commander of {reference}"
    lines = [f"{surface} is frozen: {freeze.get('reason', '')}", f"  owner: {owner}"]
    if freeze.get("scope"):
        lines.append(f"  scope: {freeze['scope']}")
    if freeze.get("until"):
        lines.append(f"  until: {freeze['until']}")
    return "\n".join([*lines, f"  {reference} {incident.get('link', '')}"])


def _decide(options: argparse.Namespace, found: Settings) -> int:
    import json

    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text()
        record = json.loads(text)
    except (OSError, ValueError) as error:
        raise Unusable(f"{options.file} cannot be read as JSON: {error}") from None
    if not isinstance(record, dict):
        raise Unusable(f"{options.file} holds no record: it is to be an object in JSON.")
    named = str(record.pop("checkpoint", "")) if not options.checkpoint else options.checkpoint
    checkpoint = named.upper().removeprefix("CP-")
    if not checkpoint.isdecimal():
        raise Unusable("Say which checkpoint: --checkpoint CP-2")
    options.words = []
    client = _client(found)
    number = _known_incident(client, options)
    path = f"/incidents/{number}/checkpoints/{checkpoint}/decision?dry_run=true"
    answer = client.post(path, json.dumps(record))
    violations = answer.get("violations", []) if isinstance(answer, dict) else []
    if options.json:
        show_json(answer)
    elif violations:
        for violation in violations:
            show(sentence_of(violation))
    else:
        show("No rule stands against it. A person records it in the room.")
    return NO if violations else DONE


def _print(options: argparse.Namespace, answer: Any) -> None:
    if options.json:
        show_json(answer)
    else:
        show(outline(answer))


# -- Of this machine ---------------------------------------------------------------------------


def _login(options: argparse.Namespace, found: Settings) -> int:
    from warroom_cli.client import Client

    url = settings.checked_url(options.url) or found.url
    token = sys.stdin.readline().strip()
    if not url:
        raise Unusable("Which Warroom? Give --url https://…, or set WARROOM_URL.")
    if not token:
        raise Unusable("Write the token to stdin: warroom login --token-stdin < token.txt")
    given = Settings(url, token)
    try:
        person = Client(given).get("/me").get("person", "")
    except Away as error:
        person = ""
        complain(f"The token was not tried: {error}")
    path = settings.save(url, token)
    if options.json:
        show_json({"server": url, "person": person, "file": str(path)})
    else:
        show(f"Kept in {path}{f', for {person}' if person else ''}.")
    return DONE


def _completion(options: argparse.Namespace, found: Settings) -> int:
    from warroom_cli.completion import script

    print(script(options.shell, parser()), end="")
    return DONE
