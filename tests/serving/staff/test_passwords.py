"""Passwords are kept as slow hashes with salts of their own, and weak ones are not taken."""

import pytest

from base.errors import InvalidArgumentError
from serving.staff.passwords import (
    check_password,
    hash_of_nobody,
    hash_password,
    is_password,
    new_password,
)


def test_a_password_is_known_by_its_hash_alone() -> None:
    kept = hash_password("correct horse battery")
    assert "horse" not in kept
    assert is_password("correct horse battery", kept)
    assert not is_password("correct horse battery ", kept)
    assert hash_password("correct horse battery") != kept


def test_letters_that_look_the_same_are_the_same() -> None:
    """Keyboards send composed or decomposed letters, full or half width."""
    kept = hash_password(check_password("\uff2d\u00fcller-streets", "li"))
    assert is_password("Mu\u0308ller-streets", kept)


@pytest.mark.parametrize(
    "password",
    ["", "elevenchars", "x" * 129, "aaaaaaaaaaaaaaa", "my-name-is-li-wei"],
    ids=["none", "short", "long", "of one letter", "with the name"],
)
def test_weak_passwords_are_refused_without_being_repeated(password: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        check_password(password, "li-wei")
    assert not password or password not in caught.value.message


def test_the_hash_of_nobody_is_no_password_and_costs_as_much() -> None:
    mine, nobodys = hash_password("correct horse battery"), hash_of_nobody()
    assert not is_password("correct horse battery", nobodys)
    assert nobodys.split("$")[:4] == mine.split("$")[:4]
    assert [len(part) for part in nobodys.split("$")] == [len(part) for part in mine.split("$")]


def test_made_passwords_are_taken() -> None:
    assert check_password(new_password(), "li-wei") != new_password()


def test_a_password_of_any_length_takes_no_longer() -> None:
    assert not is_password("x" * 10_000_000, hash_password("correct horse battery"))
