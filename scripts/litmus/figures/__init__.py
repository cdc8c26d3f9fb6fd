"""Figures: tables in, deterministic SVG out."""
