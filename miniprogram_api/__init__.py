"""The mini-program's own API over the same services: login and sessions, thin views, pydantic shapes, OpenAPI."""
