"""Metrics over time: the recorded times of many incidents, summed up."""
