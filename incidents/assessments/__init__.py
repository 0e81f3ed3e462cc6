"""What the rules say of the facts of an incident."""
