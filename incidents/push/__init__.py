"""Pushing changes to browsers: topics, renderers, and the only sender."""
