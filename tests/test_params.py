from pathlib import Path

import pytest

from gmn.errors import UserError
from gmn.mese.settings import SceneSettings
from gmn.params import Settings

TEXT = Path("params.yaml").read_text()


def load(tmp_path, *changes: tuple[str, str]) -> Settings:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "params.yaml"
    path.write_text(text)
    return Settings.load(path)


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
def test_every_scale_is_valid_and_builds_every_network(tmp_path, scale):
    settings = load(tmp_path, ("scale: laptop", f"scale: {scale}"))
    for m in (2, 5, 8, 14):
        assert settings.model_config_for("apoe", m).modalities == m


def test_paper_scale_has_the_papers_numbers(tmp_path):
    settings = load(tmp_path, ("scale: laptop", "scale: paper"))
    config = settings.model_config_for("apoe", 2)
    assert (config.representation, config.state, config.latent, config.steps) == (256, 64, 3, 12)
    assert (config.decoder, config.kernel, dict(config.std)) == (32, 5, {"vision": 1.0, "haptics": 1.0})
    train = settings.now.train
    assert (train.batch_size, train.learning_rate, train.clip, train.schedule) == (12, 1e-4, 0.25, "constant")
    assert (settings.now.density.samples, settings.now.classify.samples) == (5, 50)


def test_scenes_of_a_set_are_made_of_the_scales_world(tmp_path):
    settings = load(tmp_path)
    assert settings.scene_settings("test6") == SceneSettings(name="test6", cubes=6, image_size=32, crop_size=32)
    assert settings.scene_settings("heldout").shapes == "held-out"


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("\nscale: laptop", "\nscale: labtop", "scale: got 'labtop'.*did you mean 'laptop'"),
        ("\nmodel: apoe ", "\nmodel: apeo ", "model: got 'apeo'.*'baseline', 'poe' or 'apoe'"),
        ("seed: 0", "sead: 0", "sead: unknown key; did you mean 'seed'"),
        ("scenes: 8000", "scenes: 0", r"scales.laptop.simulate.sets.train.scenes: got 0; must be greater"),
        (
            "image_size: 32",
            "image_size: 30",
            r"scales.laptop.simulate.world.image_size: got 30; must be a multiple of 8",
        ),
        ("learning_rate: 0.002", "learning_rate: fast", "learning_rate: got 'fast'; must be a valid number"),
        ("lighting: fixed", "lightning: fixed", "lightning: unknown key; did you mean 'lighting'"),
        ("batch_size: 16", "batchsize: 16", "batchsize: unknown key; did you mean 'batch_size'"),
        ("batch_size: 16", "", "scales.laptop.train.batch_size: missing"),
        ("symmetries: true", "symmetries: 1", "symmetries: got 1; must be a valid boolean"),
    ],
)
def test_a_mistake_is_named_with_its_value_and_remedy(tmp_path, old, new, message):
    with pytest.raises(UserError, match=message):
        load(tmp_path, (old, new))


def test_all_mistakes_are_shown_at_once(tmp_path):
    with pytest.raises(UserError) as error:
        load(tmp_path, ("reading: paper", "reading: papers"), ("scenes: 8000", "scenes: -1"), ("seed: 0", "seed: x"))
    assert len(str(error.value).splitlines()) == 3


def test_no_file_and_no_yaml(tmp_path):
    with pytest.raises(UserError, match="not found"):
        Settings.load(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("scale: [")
    with pytest.raises(UserError, match="not YAML"):
        Settings.load(tmp_path / "bad.yaml")
