"""Sparse autoencoders: the only room that knows SAELens."""
