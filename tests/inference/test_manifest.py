"""The manifest says everything about a model, and says it only in ways that are understood."""

import tomllib
from pathlib import Path

import pytest

from base.errors import (
    ModelTermsNotAcceptedError,
    ModelUnavailableError,
    SettingsError,
    UnknownModelError,
)
from inference.manifest import (
    SHARE,
    BatchLimits,
    BatchOverride,
    InputSpec,
    Manifest,
    load_manifest,
)
from inference.origins import InstalledSource
from inference.store import ModelStore
from inference.terms import check_terms
from tests.support.models import file_model


@pytest.fixture(scope="module")
def shipped() -> Manifest:
    return load_manifest()


@pytest.fixture
def text() -> str:
    return (SHARE / "manifest.toml").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    path = folder / "manifest.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_manifest_names_a_detector_and_an_embedder(shipped: Manifest) -> None:
    tasks = {spec.id: (spec.task, spec.family) for spec in shipped.models}
    assert tasks["retinaface-mnet025"] == ("face_detection", "retinaface")
    assert tasks["mobilefacenet-fr"] == ("face_embedding", "arcface")


def test_every_shipped_model_has_a_card_terms_an_example_and_a_profile(shipped: Manifest) -> None:
    for spec in shipped.models:
        assert spec.card is not None
        card = (shipped.root / spec.card).read_text(encoding="utf-8")
        assert spec.id in card
        assert f"`{spec.terms}`" in card
        assert spec.sha256 in card
        assert spec.example is not None
        assert spec.tensorrt is not None or spec.input.layout == "NT"
        assert spec.terms_note


def test_only_an_input_of_sound_remembers_and_a_picture_says_its_colours() -> None:
    with pytest.raises(ValueError, match="only an input of sound"):
        InputSpec(name="x", colour="RGB", mean=(0, 0, 0), scale=1, state={"memory": (2, 8)})
    with pytest.raises(ValueError, match="must say colour, mean and scale"):
        InputSpec(name="x")
    assert InputSpec(name="x", layout="NT", state={"memory": (2, 8)}).state == {"memory": (2, 8)}


def test_every_shipped_bundle_has_a_card_and_terms(shipped: Manifest) -> None:
    assert [bundle.id for bundle in shipped.bundles] == [
        "face-landmarker",
        "ppocr-text-finder",
        "ppocr-text-reader",
        "ppocr-text-turner",
    ]
    for bundle in shipped.bundles:
        assert bundle.card is not None
        card = (shipped.root / bundle.card).read_text(encoding="utf-8")
        assert bundle.id in card
        assert f"`{bundle.terms}`" in card
        assert bundle.sha256 in card


def test_a_bundle_is_no_model_that_a_session_could_open(shipped: Manifest) -> None:
    assert shipped.entry("face-landmarker") is shipped.bundle("face-landmarker")
    with pytest.raises(UnknownModelError, match="no model is called 'face-landmarker'"):
        shipped.model("face-landmarker")


def test_what_a_required_package_carries_is_pulled_from_where_it_lies(
    shipped: Manifest, tmp_path: Path
) -> None:
    store = ModelStore(shipped, tmp_path)
    assert store.pull("ppocr-text-turner").parts[-3:-1] == ("rapidocr", "models")
    missing = InstalledSource(kind="installed", package="no_such_package", member="x.onnx")
    gone = shipped.bundle("ppocr-text-turner").model_copy(update={"source": missing})
    with pytest.raises(ModelUnavailableError, match="are not here"):
        ModelStore(Manifest(root=tmp_path, models=(), bundles=(gone,)), tmp_path).pull(gone.id)


def test_no_address_of_a_package_index_is_in_the_catalogue(text: str) -> None:
    assert "://" not in text


def test_an_unknown_model_is_named_with_the_known_ones(shipped: Manifest) -> None:
    with pytest.raises(UnknownModelError, match="retinaface-mnet025") as caught:
        shipped.model("retinaface")
    assert caught.value.metadata == {"model": "retinaface"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("max_queue = 128", "max_que = 128", id="misspelled key"),
        pytest.param('terms = "research"', 'terms = "free"', id="unknown terms"),
        pytest.param('kind = "pypi"', 'kind = "ftp"', id="unknown source"),
        pytest.param('sha256 = "b7a7', 'sha256 = "B7A7', id="malformed hash"),
        pytest.param('"free-batch"', '"quantise"', id="unknown conversion"),
        pytest.param("worst = 1.4", "worst = 3.4", id="qualities that do not rise"),
        pytest.param("scale = 1.0", 'scale = "one"', id="wrong type"),
        pytest.param("schema = 1", "schema = 2", id="another schema"),
        pytest.param('id = "mobilefacenet-fr"', 'id = "retinaface-mnet025"', id="same id twice"),
        pytest.param('id = "face-landmarker"', 'id = "mobilefacenet-fr"', id="bundle of same id"),
        pytest.param('runtime = "mediapipe"', 'runtime = "dlib"', id="unknown runtime"),
        pytest.param("[model.source]", "[model.source", id="no TOML"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str, old: str, new: str) -> None:
    assert old in text
    with pytest.raises(SettingsError, match=r"manifest\.toml cannot be used"):
        load_manifest(written(tmp_path, text.replace(old, new)))


def test_a_missing_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_manifest(tmp_path / "nowhere.toml")


def test_a_third_model_of_a_known_family_needs_the_manifest_alone(
    tmp_path: Path, text: str
) -> None:
    start, end = text.index('[[model]]\nid = "mobilefacenet-fr"'), text.index("[[bundle]]")
    block = text[start:end]
    more = text + "\n" + block.replace("mobilefacenet-fr", "another-embedder")
    manifest = load_manifest(written(tmp_path, more))
    assert manifest.model("another-embedder").family == "arcface"
    assert tomllib.loads(more)["model"][-1]["id"] == "another-embedder"


def test_a_provider_may_have_limits_of_its_own() -> None:
    limits = BatchLimits(max_size=32, max_queue=99, providers={"cpu": BatchOverride(max_size=1)})
    assert (limits.for_provider("cpu").max_size, limits.for_provider("cpu").max_queue) == (1, 99)
    assert limits.for_provider("cuda").max_size == 32


def test_only_an_embedder_that_was_measured_says_what_it_recognises(
    shipped: Manifest, tmp_path: Path
) -> None:
    assert shipped.model("mobilefacenet-fr").recognisability is not None
    assert file_model(tmp_path, b"weights").recognisability is None


def test_batching_is_off_on_the_cpu_where_it_does_not_pay(shipped: Manifest) -> None:
    assert {spec.batch.for_provider("cpu").max_size for spec in shipped.models} == {1}


def test_a_pack_can_be_added_beside_the_shipped_models(shipped: Manifest, tmp_path: Path) -> None:
    spec = file_model(tmp_path, b"weights", "from-a-pack")
    both = shipped.with_models([spec])
    assert both.model("from-a-pack") is spec
    assert both.bundles == shipped.bundles


def test_production_refuses_weights_that_nobody_accepted(shipped: Manifest) -> None:
    accepted = [spec.id for spec in shipped.models if spec.id != "mobilefacenet-fr"]
    with pytest.raises(ModelTermsNotAcceptedError, match="undisclosed-data") as caught:
        check_terms(shipped.models, accepted=accepted)
    assert caught.value.metadata == {"models": "mobilefacenet-fr"}


def test_production_takes_weights_that_were_accepted_by_name(shipped: Manifest) -> None:
    check_terms(shipped.entries, accepted=[entry.id for entry in shipped.entries])


def test_open_weights_need_no_acceptance(tmp_path: Path) -> None:
    check_terms([file_model(tmp_path, b"weights", terms="open")], accepted=[])
