"""One script a claim; each prints its ratio against a floor or a peer run beside it."""
