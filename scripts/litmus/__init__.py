"""Litmus: do directions in a transformer's activations behave like features of the model?"""
