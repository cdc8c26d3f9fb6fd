"""Text → documents → fixed-length token sequences."""
