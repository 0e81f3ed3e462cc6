"""How long a key must be, for whoever makes one and for whoever judges it; imports nothing."""

MIN_KEY_BYTES = 32
"""Of ``SECRET_KEY``: a shorter one can be guessed, and with it every session be forged."""
