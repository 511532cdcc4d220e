"""What Flask serves, an audience a room; the audiences do not know each other."""
