pytest_plugins = ["tests.cast", "tests.live_app"]
