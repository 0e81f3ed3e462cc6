import sys

from warroom_cli.commands import main

sys.exit(main())
