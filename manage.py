#!/usr/bin/env python
"""Django's commands, and ``up``, with the servers that the environment or the data folder names."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "warroom.settings")
    from django.core.management import execute_from_command_line

    from warroom.up.embedded import NoServers
    from warroom.up.servers import servers_for

    try:
        with servers_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except NoServers as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
