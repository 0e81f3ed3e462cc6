"""What a cluster begins with, written by the actions: ``python -m tests.faults.seed``.

People with sessions, an incident for them to write in, and one whose checkpoints come due one after
the other. Says as JSON what there is.
"""

import argparse
import json
import os
from datetime import timedelta
from typing import Any

import django


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--due-from", type=float, default=20, help="seconds from now")
    parser.add_argument("--due-each", type=float, default=2)
    parser.add_argument("--due-count", type=int, default=5)
    said = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "warroom.settings")
    django.setup()
    print(json.dumps(seed(said)))


def seed(said: argparse.Namespace) -> dict[str, Any]:
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from incidents.actions import checkpoints
    from incidents.vocabulary import Group
    from kernel import clock
    from tests.helpers.factories import PersonFactory, declared

    call_command("migrate", verbosity=0, interactive=False)
    people = PersonFactory.create_batch(said.people, groups=[Group.RESPONDER])
    sessions = []
    for person in people:
        client = Client()
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        sessions.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    now = clock.now()
    room = declared(people[0], now=now)
    timed = declared(people[0], now=now, title="Something with many checkpoints")
    for number in range(said.due_count):
        due_at = now + timedelta(seconds=said.due_from + number * said.due_each)
        actor = people[0].as_actor()
        checkpoints.schedule(actor, timed.pk, due_at=due_at, purpose="", now=now)
    return {
        "room": room.pk,
        "timed": timed.pk,
        "people": [person.pk for person in people],
        "sessions": sessions,
    }


if __name__ == "__main__":
    main()
