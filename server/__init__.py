"""The one server behind the official account, the mini-program, the console, the public pages and the kiosks."""
