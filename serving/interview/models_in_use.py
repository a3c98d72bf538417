"""The models in use, as evidence names them: by the digest of their weights, with their terms."""

from collections.abc import Sequence

from inference.manifest import Manifest
from kyc.evidence.types import ModelFact
from serving.models import ModelFacts


def models_in_use(facts: Sequence[ModelFacts], manifest: Manifest) -> tuple[ModelFact, ...]:
    """Return what evidence says of models. Raises UnknownModelError for one not in the manifest."""
    return tuple(_fact(one, manifest) for one in facts)


def _fact(facts: ModelFacts, manifest: Manifest) -> ModelFact:
    entry = manifest.entry(facts.model_id)
    return ModelFact(facts.marked_id, entry.sha256, entry.licence, facts.terms, facts.provider)
