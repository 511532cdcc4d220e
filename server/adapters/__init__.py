"""One module per outside system, each with a local twin, so that one laptop runs everything."""
