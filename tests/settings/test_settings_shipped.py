"""What is shipped: config.yaml, the presets, and the models that read them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from litmus.settings import Settings, read
from litmus.settings.block import Block
from litmus.settings.metrics import Metrics
from litmus.settings.wording import is_block, keys

ROOT = Path(__file__).parents[2]
PRESETS = sorted((ROOT / "presets").glob("*.yaml"))


def merged(config, overlay):
    """`overlay` over `config`, block by block, as Snakemake's --configfile does it."""
    result = dict(config)
    for key, value in overlay.items():
        both = isinstance(value, dict) and isinstance(config.get(key), dict)
        result[key] = merged(config[key], value) if both else value
    return result


def paths(config, inside=""):
    """Dotted paths of all keys and blocks in a config."""
    for key, value in config.items():
        yield inside + key
        if isinstance(value, dict):
            yield from paths(value, f"{inside}{key}.")


def blocks(model):
    """`model` and the blocks in it."""
    yield model
    for field in model.model_fields.values():
        if is_block(field.annotation):
            yield from blocks(field.annotation)


BLOCKS = list(blocks(Settings))


def test_the_shipped_config_is_valid(config):
    """The default runs as it is."""
    assert read(config).corpus.source == "stdlib"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_a_preset_over_the_default_is_valid(config, preset, tmp_path, monkeypatch):
    """A preset needs only what it changes, and the files that it tells the user to bring."""
    overlay = yaml.safe_load(preset.read_text(encoding="utf-8"))
    (tmp_path / "report").symlink_to(ROOT / "report")
    monkeypatch.chdir(tmp_path)
    texts, folder = overlay.get("corpus", {}).get("paths", []), overlay.get("model", {}).get("path")
    for path in [*texts, *([f"{folder}/config.json"] if folder else [])]:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("{}")
    read(merged(config, overlay))


def test_the_tiny_preset_repeats_nothing(root, config):
    """It makes things small; a value equal to the default's is left to the default."""
    overlay = yaml.safe_load((root / "presets/tiny.yaml").read_text(encoding="utf-8"))

    def repeated(block, default, inside=""):
        for key, value in block.items():
            if isinstance(value, dict):
                yield from repeated(value, default[key], f"{inside}{key}.")
            elif value == default[key]:
                yield inside + key

    assert list(repeated(overlay, config)) == []


def test_config_and_models_have_the_same_keys_in_the_same_order(config):
    """config.yaml is the single place of defaults, and lists every key."""
    assert list(paths(config)) == list(keys(Settings))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_no_field_has_a_default(block):
    """A default in Python would hide a key that config.yaml lost."""
    assert [n for n, field in block.model_fields.items() if not field.is_required()] == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_every_field_has_a_docstring(block):
    """A field says what it is for."""
    assert [n for n, field in block.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_every_block_is_closed_frozen_and_strict(block):
    """No block loosens what `Block` sets."""
    assert issubclass(block, Block)
    assert [block.model_config[k] for k in ("extra", "frozen", "strict")] == ["forbid", True, True]


def test_every_key_is_explained_on_its_line(root):
    """Who reads config.yaml needs no other page; headers of blocks speak for themselves."""
    lines = (root / "config.yaml").read_text(encoding="utf-8").splitlines()
    valued = [line for line in lines if re.match(r" *\w+: *[^ #]", line)]
    assert len(valued) > 60
    assert [line for line in valued if not re.search(r" # \S", line)] == []


@pytest.mark.parametrize("name", Metrics.model_fields)
def test_a_metric_has_words(name):
    """A title of at most five words; a sentence, at most two, that says what high means."""
    metric = Metrics.model_fields[name].annotation
    assert 1 <= len(metric.title.split()) <= 5
    assert re.fullmatch(r"[A-Z][^.]*\.( [A-Z][^.]*\.)?", metric.sentence)
    assert "high means" in metric.sentence


def test_the_trivial_metrics_are_the_moments_of_the_projection():
    """They stand beside the others as baselines."""
    trivial = [n for n, field in Metrics.model_fields.items() if field.annotation.trivial]
    assert trivial == ["projection_std", "projection_skewness", "projection_kurtosis"]


def test_enabled_metrics_come_in_the_order_of_the_config(changed):
    """What is off is left out, the rest keeps its order."""
    config = changed({"metrics.norm_sparsity.enabled": False})
    enabled = [name for name, block in config["metrics"].items() if block["enabled"]]
    assert read(config).metrics.enabled() == enabled
    assert enabled[:2] == ["sparsity", "projection_std"] and "llc_functional" in enabled


def test_a_family_has_one_metric_a_scale(changed):
    """Each with a name, a title and a sentence of its own; a disabled family has none."""
    about = read(changed({"metrics.weight_sensitivity.scales": [0.5, 1e-3]})).metrics.about()
    family = {name: words for name, words in about.items() if words.family == "weight_sensitivity"}
    assert list(family) == ["weight_sensitivity_0.5", "weight_sensitivity_0.001"]
    assert family["weight_sensitivity_0.5"].title == "Weight sensitivity, σ = 0.5"
    assert "deviation 0.001 is added" in family["weight_sensitivity_0.001"].sentence
    off = read(changed({"metrics.weight_sensitivity.enabled": False})).metrics.about()
    assert not any(words.family == "weight_sensitivity" for words in off.values())


@pytest.fixture
def words(changed):
    """The names and words of one family's metrics, under some of its keys."""

    def of(family, **change):
        change = {f"metrics.{family}.{key}": value for key, value in change.items()}
        metrics = read(changed(change | {f"metrics.{family}.enabled": True})).metrics
        return {name: words for name, words in metrics.about().items() if words.family == family}

    return of


def test_a_functional_coefficient_has_one_metric_a_threshold_and_set_of_weights(words):
    """Named by both, but for `full`; what was published is of all weights."""
    found = words("llc_functional", thresholds=[1, 0.5], weights=["full", "l0 attn", "l1h2"])
    assert list(found) == [
        f"llc_functional_{k}sigma{weights}"
        for k in ("1", "0.5")
        for weights in ("", "_l0_attn", "_l1h2")
    ]
    assert found["llc_functional_0.5sigma_l0_attn"].title == "Functional LLC, 0.5σ, l0 attn"
    assert found["llc_functional_1sigma_l1h2"].sentence.endswith(" Only l1h2 moves.")
    published = {name for name, one in found.items() if one.published}
    assert published == {"llc_functional_1sigma", "llc_functional_0.5sigma"}


@pytest.mark.parametrize("family", ["llc_behavioral", "llc_natural"])
def test_a_patched_coefficient_has_one_metric_a_set_of_weights(words, family):
    """Of the projection itself, so without a threshold."""
    found = words(family, weights=["l0", "full"])
    assert list(found) == [f"{family}_l0", family]


@pytest.mark.parametrize("family", ["llc_functional", "llc_behavioral", "llc_natural"])
def test_a_latents_coefficient_has_a_name_of_its_own(words, family):
    """It has no threshold in standard deviations, so it has one metric a set of weights."""
    found = words(family, feature="latent", weights=["full", "l1 mlp"])
    assert list(found) == [f"{family}_latent", f"{family}_latent_l1_mlp"]


def test_a_familys_variants_are_its_metrics(words, config):
    """What the jobs are told to compute is what the report has words for."""
    block = read(config).metrics.llc_functional
    assert [f"llc_functional{suffix}" for suffix in block.variants()] == list(
        words("llc_functional")
    )
    assert block.variants()["_1sigma"] == (1.0, "full")


def test_importing_settings_loads_no_heavy_library():
    """The Snakefile imports them each time Snakemake starts."""
    code = (
        "import sys; sys.path.insert(0, 'scripts'); import litmus.settings; "
        "print(*{'torch', 'numpy', 'pandas', 'pyarrow', 'snakemake'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == ""
