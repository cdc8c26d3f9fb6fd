"""The model under study: trained here, or one that others trained. The only room that knows
TransformerLens; `checkpoint` and `train` do not."""
