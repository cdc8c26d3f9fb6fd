"""Feature-targeted local learning coefficients: how freely the weights move at a fixed feature.

    λ̂ = nβ · E[log(1 + L(θ))]

over the draws of SGLD around the trained θ₀, where L is zero. The estimator is that of Lau et al.
(arXiv 2308.12108, eq. 11), with the robust loss log(1 + L) in place of L, which agrees with it to
leading order near θ₀. Three losses of a feature f, one a variant:

- functional: how far f itself moves;
- behavioral: how far the output moves when f, and nothing else, is replaced by the moved one;
- natural: how much worse the subject then predicts.
"""
