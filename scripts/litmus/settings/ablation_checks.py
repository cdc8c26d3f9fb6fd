"""The checks between the keys of the ablation's block."""

from litmus.settings.checks import at_most, check

KEY = "metrics.ablation"


def each_once(items: list[object]) -> str | None:
    """A metric is scored once."""
    return "each item once" if len(set(items)) < len(items) else None


def there_are_as_many(strongest: list[int | str], most: int) -> str | None:
    """No k is larger than the data."""
    if max((k for k in strongest if k != "all"), default=0) <= most:
        return None
    return f"numbers of at most corpus.eval_sequences = {most}, or all"


def one_token_has_no_spread(sparsity: str, tokens: str, effects: list[str]) -> str | None:
    """The divergence on a single token is always perfectly sparse."""
    if sparsity == "divergence" and tokens == "last" and "sparsity" in effects:
        return "logits, for with metrics.ablation.tokens: last there is one divergence only"
    return None


for name in ("kinds", "effects", "strongest"):
    check(f"{KEY}.{name}")(each_once)
check(f"{KEY}.strongest", "corpus.eval_sequences")(there_are_as_many)
at_most(f"{KEY}.sequences", "corpus.eval_sequences")
check(f"{KEY}.sparsity", f"{KEY}.tokens", f"{KEY}.effects")(one_token_has_no_spread)
