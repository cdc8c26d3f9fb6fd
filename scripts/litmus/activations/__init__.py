"""Activations at the hook: a cache on disk, and their mean and covariance."""
