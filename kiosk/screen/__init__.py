"""The local web page of the counter, and the errands behind its buttons."""
