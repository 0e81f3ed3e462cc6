"""The public status of an incident, derived from the playbook's progress."""

from comms.vocabulary import Progress, PublicStatus


def public_status(progress: str, promises_next: bool) -> PublicStatus:
    """Recovered is monitored while a next update is promised, and resolved without one."""
    if progress == Progress.INVESTIGATING:
        return PublicStatus.INVESTIGATING
    if progress == Progress.MITIGATING:
        return PublicStatus.IDENTIFIED
    return PublicStatus.MONITORING if promises_next else PublicStatus.RESOLVED
