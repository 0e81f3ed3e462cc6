"""Ask a worker to send what waits in the outbox."""

from kernel.enqueue import ask


def deliver() -> None:
    ask("comms.deliver")
