from typing import Any

from django.core.management.base import BaseCommand, CommandError

from warroom.accounts import first_admin


class Command(BaseCommand):
    help = "Print the link by which the first admin is made: good for a day, and once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not first_admin.is_needed():
            raise CommandError(
                "There is an admin already: ask them for an account, or run changepassword."
            )
        self.stdout.write(first_admin.link())
