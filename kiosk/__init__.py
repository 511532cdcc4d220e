"""The village agent's counter: camera, capture, outbox and the local web page; it reaches the server over HTTP only."""
