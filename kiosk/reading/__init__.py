"""Reads what a captured page says: its text, which paper it is, and the fields of cards, registers and passbooks."""
