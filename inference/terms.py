"""Which weights may serve customers, and which only after someone has answered for it."""

from collections.abc import Collection, Iterable

from base.errors import ModelTermsNotAcceptedError
from inference.manifest import CatalogueEntry


def check_terms(specs: Iterable[CatalogueEntry], accepted: Collection[str]) -> None:
    """Refuse to go into production with weights whose terms nobody accepted by name.

    accepted: model ids from the settings. Open weights need none.
    Raises ModelTermsNotAcceptedError, naming every model that is missing.
    """
    missing = [spec for spec in specs if spec.terms != "open" and spec.id not in accepted]
    if not missing:
        return
    said = "; ".join(f"{spec.id} is {spec.terms}: {spec.terms_note}" for spec in missing)
    raise ModelTermsNotAcceptedError(
        f"production needs these models to be named in accepted_models: {said}",
        models=",".join(spec.id for spec in missing),
    )
