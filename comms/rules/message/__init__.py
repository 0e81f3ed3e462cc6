"""What a message must say before it goes out: stakeholder updates, escalations, leadership notes.

Each judges its own dataclasses and returns every violation at once (``U-*``).
"""
