pytest_plugins = ["tests.helpers.cast", "tests.helpers.live_app"]
