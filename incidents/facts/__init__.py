"""From rows to the dataclasses that rules judge and pages show."""
