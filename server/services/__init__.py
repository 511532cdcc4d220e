"""One module per errand: the use cases; they never commit, the edge does."""
