"""What a run will cost, before it runs: products, bytes, seconds."""
