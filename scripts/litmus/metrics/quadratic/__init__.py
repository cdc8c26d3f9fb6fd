"""The local learning coefficient of the functional loss in its quadratic approximation.

    λ(γ, nβ) = ½ Σᵢ hᵢ / (hᵢ + γ/nβ)

with hᵢ the eigenvalues of the loss's Hessian at θ₀, which is its Gauss–Newton operator, for every
residual is zero there:

    G = (2/N) Σ_x Σ_t J_xtᵀ J_xt,   J_xt = ∂f(θ, x)_t/∂θ at θ₀

It is what SGLD with localisation γ and an infinitely small step averages to on that quadratic:
half the number of directions in weight space in which the data holds the feature against γ. No
chain, no step size, no burn-in.

The derivative of f = φ(p) is taken almost everywhere: 1[p > kσ]·∇p, for `hard` and for `relu`
alike, so that they share one value. What `hard` does beside that, jumping by kσ where a token
crosses the threshold, is no part of it, and for weights moved a finite way it can be the larger
part of the loss.

G shares its non-zero eigenvalues with the token kernel (2/N)·J Jᵀ, which has a row for each token
on which f is active: some hundred and fifty on 32 sequences of 32, where weights are many. They are
exact, for the price of half a dozen products with G. Stochastic Lanczos quadrature would get one
probe for that, with an error of a tenth or more. The kernel's price grows with the square of the
active tokens, the probe's with their number: beyond a hundred sequences or so, or for `none`, where
every token is active, quadrature would be the cheaper.
"""
