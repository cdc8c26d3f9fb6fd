"""What removing a direction's coordinate does to the output."""
