"""What whoever runs Warroom sees of it: health, metrics, logs, and a page in plain words."""
