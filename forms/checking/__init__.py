"""What the shape of an entry alone does not show: dangling names, days that do not add up, forbidden proofs, dead ends."""
