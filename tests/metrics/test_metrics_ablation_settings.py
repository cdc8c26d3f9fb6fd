"""The ablation's block: names, words, and what is refused."""

import pytest
from pydantic import ValidationError

from litmus.metrics.ablation.settings import variants
from litmus.settings import ablation_checks as checks
from litmus.settings.metrics.ablation import Ablation
from litmus.settings.wording import valid

BLOCK = dict(
    enabled=True,
    kinds=["mean", "zero"],
    effects=["kl", "sparsity"],
    strongest=[1, 4, 8, 16, 32, 128, "all"],
    sparsity="logits",
    tokens="all",
    sequences=32,
    batch_tokens=1024,
)


def block(**changes):
    """The default with changes."""
    return Ablation(**{**BLOCK, **changes})


def test_every_combination_is_a_metric_and_its_name_tells_which():
    """Two kinds, two effects, seven k."""
    about = block().about("ablation")
    assert len(about) == 28
    assert {"ablation_mean_kl_top16", "ablation_zero_sparsity_all"} < set(about)
    assert set(block(tokens="last").about("ablation")) == {name + "_last" for name in about}


@pytest.mark.parametrize("tokens", ["all", "last"])
def test_a_name_tells_the_variant_and_other_names_tell_none(tokens):
    """The report reads it back."""
    written = {"ablation" + suffix: v for suffix, v in block(tokens=tokens).variants().items()}
    assert variants([*written, "sparsity", "ablation_mean", "plateau_sphere"]) == written


def test_titles_are_short_and_differ():
    """Five words at most."""
    titles = [about.title for about in block().about("ablation").values()]
    assert max(len(title.split()) for title in titles) <= 5
    assert len(set(titles)) == len(titles)


def test_what_the_source_reports_stands_beside_its_own_combination_only():
    """And not where only the last token is ablated, which the source did not do."""
    told = {name for name, about in block().about("ablation").items() if about.published}
    assert told == {"ablation_mean_kl_top16", "ablation_zero_sparsity_top8"}
    assert not any(a.published for a in block(tokens="last").about("ablation").values())


def test_headlines_are_the_published_combinations_and_their_averages_over_all():
    """Fixed before anything is scored; where a k is missing, the nearest one."""
    assert block().headlines("ablation") == [
        "ablation_mean_kl_top16",
        "ablation_mean_kl_all",
        "ablation_zero_sparsity_top8",
        "ablation_zero_sparsity_all",
    ]
    assert block(strongest=[1, 12, 30]).headlines("ablation") == [
        "ablation_mean_kl_top12",
        "ablation_zero_sparsity_top12",
    ]
    assert block(kinds=["zero"], effects=["kl"], strongest=["all"]).headlines("a") == [
        "a_zero_kl_all"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"kinds": ["mode"]},
        {"kinds": []},
        {"effects": ["js"]},
        {"strongest": [0]},
        {"strongest": [True]},
        {"strongest": ["some"]},
        {"strongest": [1.5]},
        {"strongest": []},
        {"tokens": "first"},
        {"sequences": 1},
    ],
)
def test_a_mistake_is_one_error(changes):
    """An unknown kind, effect or k, and empty lists, once each."""
    with pytest.raises(ValidationError) as caught:
        block(**changes)
    assert caught.value.error_count() == 1


def test_what_a_k_may_be_is_said():
    """In the words of the config's other messages."""
    field = Ablation.model_fields["strongest"]
    assert (
        valid(field.annotation, field.metadata)
        == "a non-empty list, each item a whole number ≥ 1, or all"
    )


def test_no_k_is_larger_than_the_data():
    """The sentence names the limit."""
    said = checks.there_are_as_many([16, 4097, "all"], 4096)
    assert said == "numbers of at most corpus.eval_sequences = 4096, or all"
    assert checks.there_are_as_many([4096, "all"], 4096) is None
    assert checks.there_are_as_many(["all"], 1) is None


def test_one_token_has_no_spread_of_divergences():
    """Refused where it would be asked for."""
    assert "logits" in checks.one_token_has_no_spread("divergence", "last", ["kl", "sparsity"])
    assert checks.one_token_has_no_spread("divergence", "last", ["kl"]) is None
    assert checks.one_token_has_no_spread("divergence", "all", ["sparsity"]) is None


def test_a_metric_is_scored_once():
    """Nothing is listed twice."""
    assert checks.each_once([1, 4, 1]) == "each item once"
    assert checks.each_once([1, 4, "all"]) is None
