"""How far an activation can be moved along a direction before the output changes."""
