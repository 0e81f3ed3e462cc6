"""The words that status pages share, from the playbook's: derived, never set."""

from comms.vocabulary import Progress, PublicStatus


def public_status(progress: str, promises_next: bool) -> PublicStatus:
    """Recovered is watched while a next update is promised, and over without one."""
    if progress == Progress.INVESTIGATING:
        return PublicStatus.INVESTIGATING
    if progress == Progress.MITIGATING:
        return PublicStatus.IDENTIFIED
    return PublicStatus.MONITORING if promises_next else PublicStatus.RESOLVED
