"""Web manners all audiences share: guards, errors, the staff session, assets."""
