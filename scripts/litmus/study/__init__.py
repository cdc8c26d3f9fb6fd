"""Whether a cheap measure ranks directions as a dear one does.

Rank correlations, what the noise of either measure takes from them, and the difference of their δ;
and the study that holds weight sensitivity against λ̂ over layers, features and samplers. The
statistics know nothing of torch: they take numbers and return numbers.
"""
