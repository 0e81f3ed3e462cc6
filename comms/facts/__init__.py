"""From rows to what rules judge and pages show of messages."""
