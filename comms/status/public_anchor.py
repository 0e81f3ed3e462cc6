"""What stands of the anchors of the record beside the exported status site, for everybody."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from comms.models import AnchorPost
from comms.status.export import Target
from incidents.timeline import anchors

FILE = "anchor.json"


def write(target: Target, now: datetime) -> int:
    """Write the digest of the newest anchor that is kept; returns how many files that were."""
    text = _newest()
    if not text:
        return 0
    target.write(FILE, anchors.public_digest(text, now).encode())
    return 1


def _newest() -> str:
    """Of the folder, or else the one that was posted last; "" where none is kept."""
    folder = settings.RECORD_ANCHORS
    if folder and (path := anchors.newest(Path(folder))):
        return path.read_text()
    sent = AnchorPost.objects.exclude(sent_at=None).last()
    return sent.text if sent else ""
