"""The status page: what readers outside may see, from published updates alone, as bytes."""
