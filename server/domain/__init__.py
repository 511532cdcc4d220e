"""Pure rules on plain values: no framework, no database, no clock of their own."""
