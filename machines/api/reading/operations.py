"""The routers of reading."""

from machines.api.reading import (
    closing,
    decisions,
    duties,
    evidence,
    incidents,
    lanes,
    messages,
    registers,
    timeline,
)

READING = (
    closing.router,
    decisions.router,
    duties.router,
    evidence.router,
    incidents.router,
    lanes.router,
    messages.router,
    registers.router,
    timeline.router,
)
