"""Numbers over time: what is recorded of many incidents, summed up."""
