"""The file of interview policies, read strictly."""

import hashlib
import math
from importlib.resources import files
from pathlib import Path
from typing import Final

from base.errors import InvalidResourceNameError, PolicyInvalidError
from base.ids import check_id
from base.toml_table import Table, parse_toml, read_toml
from kyc.case import CheckName, Severity
from kyc.moves import PRINCIPALS
from kyc.policy import EVENT_CODES, Attempts, Fence, Policy, Product, Question, Texts
from kyc.states import STEPS, Role, State

BUILT_IN: Final = "default_policy.toml"
MAX_PRODUCTS, MAX_QUESTIONS, MAX_CHOICES = 100, 20, 12
MAX_CONSENT, MAX_QUESTION = 8000, 500
MAX_REVIEWERS: Final = 5
_HOUR_S, _DAY_S = 3600.0, 86_400.0
_MAX_KEEP_DAYS: Final = 36_500.0
_DOCUMENTS: Final = ("CN_RESIDENT_ID", "MRZ_TD3", "MRZ_TD1", "MRZ_TD2")
_CHECKS: Final = tuple(value for name, value in vars(CheckName).items() if name.isupper())
_ATTEMPTED: Final = (State.DOCUMENT, State.CAPTURE, State.LIVENESS)


def read_policy(path: Path | None = None) -> Policy:
    """Read a file, or the built-in example.

    Raises PolicyInvalidError, which names file, line and key and what was expected.
    """
    if path is None:
        return parse_policy(files("kyc").joinpath(BUILT_IN).read_text("utf-8"), BUILT_IN)
    return parse_policy(read_toml(path, PolicyInvalidError), path.name)


def parse_policy(text: str, name: str = "policy") -> Policy:
    """Read the text of a file called `name`. Raises PolicyInvalidError."""
    root = parse_toml(text, name, PolicyInvalidError)
    tables = root.tables("product", MAX_PRODUCTS)
    root.done()
    if not tables:
        raise PolicyInvalidError(f"{name} has no [[product]]", file=name)
    products: dict[str, Product] = {}
    for table in tables:
        product = _product(table)
        if product.id in products:
            raise table.wrong("id", f"another product is called {product.id}")
        products[product.id] = product
    return Policy(hashlib.sha256(text.encode()).hexdigest(), products)


def _product(table: Table) -> Product:
    product_id = _id(table)
    table.label = f"{table.label} ({product_id})"
    consent_version, consent = _consent(table)
    product = Product(
        id=product_id,
        steps=_steps(table),
        consent=consent,
        consent_version=consent_version,
        questions=_questions(table),
        face_fmr=table.number("face_fmr", 1e-7, 0.1, 1e-4),
        watchlist_fpir=table.number("watchlist_fpir", 1e-6, 0.5, 0.01),
        watchlists=_watchlists(table),
        past_cases=table.flag("past_cases", True),
        challenge_count=table.whole("challenges", 1, 5, 2),
        attempts=_attempts(table),
        reviewer_count=table.whole("reviewers", 0, MAX_REVIEWERS, 1),
        rejects_refused=table.flag("rejects_refused", False),
        severities=_severities(table),
        default_severity=table.choice("default_severity", Severity, Severity.WARNING),
        required_checks=_known(table, "required_checks", _CHECKS),
        document_kinds=_document_kinds(table),
        needs_back=table.flag("needs_back", True),
        fence=_fence(table),
        open_s=_HOUR_S * table.number("open_hours", 0.1, 24.0 * 365, 24.0),
        review_s=_DAY_S * table.number("review_days", 0.01, 365.0, 7.0),
        keep_s=_DAY_S * table.number("keep_days", 0.0, _MAX_KEEP_DAYS, 5.0 * 365),
    )
    if product.questions and not any(State.QUESTIONS in steps for steps in product.steps.values()):
        raise table.wrong("question", "nobody has the step questions, so nobody is asked")
    table.done()
    return product


def _id(table: Table, key: str = "id") -> str:
    text = table.text(key)
    try:
        return check_id(text, key)
    except InvalidResourceNameError as error:
        raise table.wrong(key, error.message) from None


def _consent(table: Table) -> tuple[str, Texts]:
    own = table.table("consent")
    if own is None:
        raise table.wrong("consent", "is missing; nobody is recorded without being asked")
    version = own.text("version", limit=63)
    texts = _texts(own, MAX_CONSENT)
    own.done()
    return version, texts


def _texts(table: Table, limit: int) -> Texts:
    """Return a text in both languages: nobody is asked in one that they do not read."""
    english, chinese = table.text("en", limit=limit), table.text("zh", limit=limit)
    return Texts(english.strip(), chinese.strip())


def _steps(table: Table) -> dict[Role, tuple[State, ...]]:
    found: dict[Role, tuple[State, ...]] = {}
    for own in table.tables("participant", len(Role)):
        role = own.choice("role", Role)
        if role in found:
            raise own.wrong("role", f"{role.value.lower()} is there twice")
        found[role] = _steps_of(own)
        own.done()
    if not PRINCIPALS & found.keys():
        raise table.wrong("participant", "a customer or a legal_representative has to take part")
    return found


def _steps_of(table: Table) -> tuple[State, ...]:
    names = [step.value.lower() for step in STEPS]
    written = _known(table, "steps", names, is_required=True)
    steps = tuple(step for step in STEPS if step.value.lower() in written)
    if [step.value.lower() for step in steps] != list(written):
        raise table.wrong("steps", f"the one order there is: {', '.join(names)}")
    if steps[0] is not State.CONSENT:
        raise table.wrong("steps", "consent comes first: nobody is recorded without being asked")
    if State.LIVENESS in steps and State.CAPTURE not in steps:
        raise table.wrong("steps", "liveness needs capture before it, which says whose face it is")
    return steps


def _questions(table: Table) -> tuple[Question, ...]:
    questions: list[Question] = []
    for own in table.tables("question", MAX_QUESTIONS):
        question_id = _id(own)
        if any(question_id == other.id for other in questions):
            raise own.wrong("id", f"another question is called {question_id}")
        questions.append(_question(own, question_id))
        own.done()
    return tuple(questions)


def _question(table: Table, question_id: str) -> Question:
    choices = []
    for own in table.tables("choice", MAX_CHOICES):
        choices.append(_texts(own, MAX_QUESTION))
        own.done()
    if len(choices) == 1:
        raise table.wrong("choice", "one alone is no choice")
    is_spoken = table.flag("spoken", not choices)
    if is_spoken and choices:
        raise table.wrong("spoken", "an answer is tapped or spoken, not both")
    texts = _texts(table, MAX_QUESTION)
    return Question(
        question_id, texts, is_spoken, tuple(choices), table.number("seconds", 5, 600, 30)
    )


def _attempts(table: Table) -> dict[State, Attempts]:
    own = table.table("attempts")
    if own is None:
        return {}
    found = {}
    for step in _ATTEMPTED:
        key = step.value.lower()
        inner = own.table(key)
        if inner is not None:
            count, limit_s = inner.whole("count", 1, 20, 3), inner.number("seconds", 10, 1800, 180)
            inner.done()
            found[step] = Attempts(count, limit_s)
    own.done()
    return found


def _severities(table: Table) -> dict[str, Severity]:
    own = table.table("severity")
    if own is None:
        return {}
    found = {
        code: own.choice(code.lower(), Severity) for code in EVENT_CODES if own.has(code.lower())
    }
    own.done()
    return found


def _watchlists(table: Table) -> tuple[str, ...]:
    lists = table.texts("watchlists")
    for one in lists:
        try:
            check_id(one, "gallery")
        except InvalidResourceNameError as error:
            raise table.wrong("watchlists", error.message) from None
    return tuple(f"galleries/{one}" for one in lists)


def _document_kinds(table: Table) -> tuple[str, ...]:
    names = [kind.lower() for kind in _DOCUMENTS]
    return tuple(kind.upper() for kind in _known(table, "documents", names)) or _DOCUMENTS


def _known(
    table: Table, key: str, names: "list[str] | tuple[str, ...]", is_required: bool = False
) -> tuple[str, ...]:
    written = table.texts(key, is_required)
    for one in written:
        if one not in names:
            raise table.wrong(key, f"{one!r} is none of {', '.join(names)}")
    return written


def _fence(table: Table) -> Fence | None:
    own = table.table("fence")
    if own is None:
        return None
    fence = Fence(
        own.number("latitude_deg", -90, 90),
        own.number("longitude_deg", -180, 180),
        own.number("radius_m", 10, math.pi * 6_371_000),
    )
    own.done()
    return fence
