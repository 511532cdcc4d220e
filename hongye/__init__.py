"""The front door: the command line, the WSGI composition, and the story that shows it all. Nothing imports it."""
