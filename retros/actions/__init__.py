"""The state changes of how an incident ends."""
