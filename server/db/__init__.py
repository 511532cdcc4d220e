"""The only door to SQLAlchemy: rows and queries per noun; nothing here commits."""
