"""How well one threshold on a metric tells a group of directions from a control.

This room knows nothing of torch or of transformers: it takes numbers and returns numbers.
"""
