"""What ``bin/snapshot`` does: it keeps every answer of the demo, so that two commits compare.

The modules import each other relatively and almost nothing of the project, since they are also run
on checkouts whose modules have other names.
"""
