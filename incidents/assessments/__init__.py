"""Applies the rules to the facts of an incident, for pages and actions."""
