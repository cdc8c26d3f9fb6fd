"""The source's own experiments: activation plateaus, sensitive directions, and their landscape."""
