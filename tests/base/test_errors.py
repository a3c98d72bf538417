import inspect
import re

import grpc
import pytest

from base import errors
from base.errors import SmartBranchError, leaves

CODES = {code.name for code in grpc.StatusCode}
LEAVES = leaves(SmartBranchError)
INNER = [
    errors.InvalidInputError,
    errors.StateError,
    errors.AccessError,
    errors.CapacityError,
    errors.FaultError,
]


def test_every_error_has_its_own_reason() -> None:
    reasons = [error.reason for error in LEAVES]
    assert len(reasons) == len(set(reasons))


@pytest.mark.parametrize("error", LEAVES, ids=lambda error: error.__name__)
def test_a_leaf_has_a_stable_reason_and_a_canonical_code(error: type[SmartBranchError]) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", error.reason)
    assert error.grpc_code in CODES - {"OK", "UNKNOWN"}
    assert error.__doc__


def test_every_leaf_hangs_under_one_of_the_five_branches() -> None:
    assert {leaf for branch in INNER for leaf in leaves(branch)} == set(LEAVES)


def test_the_drawing_shows_every_class_and_nothing_else() -> None:
    defined = {
        name
        for name, value in inspect.getmembers(errors, inspect.isclass)
        if issubclass(value, SmartBranchError)
    }
    assert set(re.findall(r"\w+Error", errors.__doc__ or "")) == defined


def test_the_drawing_hangs_each_leaf_under_its_branch() -> None:
    branch = ""
    for line in (errors.__doc__ or "").splitlines():
        for name in re.findall(r"\w+Error", line):
            found = getattr(errors, name)
            if found in INNER:
                branch = name
            elif found is not SmartBranchError:
                assert issubclass(found, getattr(errors, branch)), f"{name} is drawn elsewhere"


def test_an_error_carries_its_variables_for_machines() -> None:
    error = errors.PictureTooLargeError("too large", bytes=12, max_bytes=10)
    assert error.metadata == {"bytes": "12", "max_bytes": "10"}
    assert str(error) == error.message == "too large"
