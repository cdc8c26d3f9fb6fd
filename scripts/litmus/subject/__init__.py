"""The model under study. `adapter` is the only file that knows TransformerLens."""
