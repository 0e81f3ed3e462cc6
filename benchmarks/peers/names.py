"""The names under which the benchmark reaches its peers."""

CHANNEL = "bench-live-raw"
PREFIX = "bench-idiomatic"
GROUP = "room"
EMPTY_PAGE = "/empty-page/"
"""Where the floor of a first visit is served."""
