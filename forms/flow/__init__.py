"""Flow charts drawn from the steps themselves: what figures there are, where they stand, and the same process as BPMN."""
