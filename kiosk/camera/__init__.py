"""The document camera on the counter: what every camera can do, and the kinds of camera there are."""
