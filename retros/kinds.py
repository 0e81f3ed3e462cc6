"""The timeline entries that the ending of an incident writes."""
