"""What the benchmarks compare with: floors, and the same thing done in the usual way."""
