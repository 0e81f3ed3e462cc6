"""The timeline entries that comms write."""
