"""The candidate's directions and the controls that they must beat."""
