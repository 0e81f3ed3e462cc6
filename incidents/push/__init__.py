"""Telling browsers of a change: topics, renderers, and the only send."""
