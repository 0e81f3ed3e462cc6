"""The names under which the benchmark reaches its peers."""

CHANNEL = "bench-live-raw"
PREFIX = "bench-idiomatic"
GROUP = "room"
