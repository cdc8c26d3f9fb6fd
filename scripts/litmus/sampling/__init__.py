"""Stacked SGLD chains on any loss, and how healthy they are. Knows nothing of transformers."""
