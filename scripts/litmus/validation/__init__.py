"""Sampling where the learning coefficient is known. Knows nothing of transformers."""
