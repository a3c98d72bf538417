"""The policy file: what it gives, and what is said about a wrong one."""

from pathlib import Path

import pytest

from base.errors import PolicyInvalidError
from kyc.case import Severity
from kyc.codec import product_from_json, product_to_json
from kyc.policy import EVENT_CODES, Texts
from kyc.policy_file import BUILT_IN, parse_policy, read_policy
from kyc.states import STEPS, Role, State

SMALL = """
[[product]]
id = "account"
[product.consent]
version = "1"
en = "May we?"
zh = "可以吗"
[[product.participant]]
role = "customer"
steps = ["consent", "document", "questions"]
"""


def with_line(line: str, after: str = 'id = "account"') -> str:
    return SMALL.replace(after, f"{after}\n{line}")


def test_the_built_in_policy_has_an_account_and_a_loan() -> None:
    policy = read_policy()
    account, loan = policy.products["account"], policy.products["loan"]
    assert account.steps[Role.CUSTOMER] == STEPS
    assert Role.GUARANTOR not in account.steps
    assert {Role.CUSTOMER, Role.SPOUSE, Role.GUARANTOR} <= loan.steps.keys()
    assert (account.reviewer_count, loan.reviewer_count) == (1, 2)
    # A swap refuses, and no product forgets what conduct may notice.
    for product in policy.products.values():
        assert product.severity("FACE_SWAPPED") is Severity.CRITICAL
        assert set(product.severities) <= set(EVENT_CODES)
        assert all(text.english and text.chinese for text in (product.consent,))
        assert all(one.text.english and one.text.chinese for one in product.questions)


def test_what_is_not_written_is_as_careful_as_the_defaults() -> None:
    product = parse_policy(SMALL).products["account"]
    assert product.steps == {
        Role.CUSTOMER: (State.CONSENT, State.DOCUMENT, State.QUESTIONS),
    }
    assert product.consent == Texts("May we?", "可以吗")
    assert product.reviewer_count == 1
    assert not product.rejects_refused
    assert product.severity("SECOND_FACE") is Severity.WARNING


def test_a_change_of_the_file_is_another_version() -> None:
    one, two = parse_policy(SMALL), parse_policy(with_line("reviewers = 2"))
    assert one.version != two.version
    assert one.version == parse_policy(SMALL).version


@pytest.mark.parametrize("product", sorted(read_policy().products))
def test_rules_are_the_same_after_they_were_kept_with_a_case(product: str) -> None:
    rules = read_policy().products[product]
    assert product_from_json(product_to_json(rules)) == rules


WRONG = {
    "an unknown key": (with_line("reviewer = 2"), "reviewer: .*did you mean reviewers"),
    "no product": ("", r"no \[\[product\]\]"),
    "a product twice": (SMALL + SMALL, "another product is called account"),
    "no consent": (SMALL.split("[product.consent]")[0], "consent: is missing"),
    "one language": (SMALL.replace('zh = "可以吗"', ""), "zh: is missing"),
    "nobody": (SMALL.split("[[product.participant]]")[0], "customer or a legal_representative"),
    "a role that is none": (SMALL.replace('"customer"', '"custmer"'), "did you mean customer"),
    "steps out of order": (
        SMALL.replace('"document", "questions"', '"questions", "document"'),
        "the one order there is",
    ),
    "no consent first": (SMALL.replace('"consent", ', ""), "consent comes first"),
    "an unknown step": (SMALL.replace('"questions"', '"quiz"'), "'quiz' is none of consent"),
    "a step twice": (SMALL.replace('"questions"', '"document"'), "there twice"),
    "liveness of nobody": (SMALL.replace('"questions"', '"liveness"'), "liveness needs capture"),
    "too many reviewers": (with_line("reviewers = 9"), "from 0 to 5"),
    "half a reviewer": (with_line("reviewers = 1.5"), "whole number"),
    "an error rate that is none": (with_line("face_fmr = 1.0"), "face_fmr: expected a number"),
    "a severity that is none": (
        SMALL + '[product.severity]\nsecond_face = "bad"\n',
        "second_face: 'bad' is none",
    ),
    "an event that is none": (
        SMALL + '[product.severity]\nsecond_fce = "note"\n',
        "second_fce: .*did you mean second_face",
    ),
    "a check that is none": (with_line('required_checks = ["face"]'), "'face' is none of document"),
    "a document that is none": (with_line('documents = ["visa"]'), "'visa' is none of"),
    "a list that is none": (with_line('watchlists = ["Bad Name"]'), "watchlists: "),
    "a choice of one": (
        SMALL + '[[product.question]]\nid = "q"\nen = "a"\nzh = "b"\n'
        '[[product.question.choice]]\nen = "a"\nzh = "b"\n',
        "no choice",
    ),
    "attempts of consent": (
        SMALL + "[product.attempts]\nconsent = { count = 2 }\n",
        "consent: there is no such key",
    ),
    "half a fence": (SMALL + "[product.fence]\nlatitude_deg = 30\n", "longitude_deg: is missing"),
    "no TOML": ("[[product", "is not TOML"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_place(case: str) -> None:
    text, said = WRONG[case]
    with pytest.raises(PolicyInvalidError, match=said):
        parse_policy(text)


def test_the_line_is_told(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(with_line("reviewer = 2"), encoding="utf-8")
    with pytest.raises(PolicyInvalidError) as caught:
        read_policy(file)
    assert caught.value.message.startswith("policy.toml, line 4, [[product]] 1 (account)")


def test_questions_that_nobody_is_asked_are_refused() -> None:
    text = (
        SMALL.replace(', "questions"', "") + '[[product.question]]\nid = "q"\nen = "a"\nzh = "b"\n'
    )
    with pytest.raises(PolicyInvalidError, match="nobody is asked"):
        parse_policy(text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalidError, match="cannot be read"):
        read_policy(tmp_path / BUILT_IN)
