"""Keys seal, bind, hide and rotate."""

import copy
import os
import pickle
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import SystemClock
from base.errors import SecretsUnavailableError
from serving.audit.log import AuditLog
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.crypto.master import (
    choose_master_key,
    make_master_key,
    parse_master_key,
    read_master_key,
)
from serving.crypto.rotation import rotate_master_key
from serving.galleries.vault import Vaults
from serving.storage.database import Database


@given(plain=st.binary(max_size=200), context=st.text(max_size=20))
def test_what_is_sealed_opens_with_its_context(plain: bytes, context: str) -> None:
    key = Key.generate()
    assert key.open(key.seal(plain, context), context) == plain


@given(place=st.integers(0, 40), bit=st.integers(0, 7))
def test_a_changed_bit_is_seen(place: int, bit: int) -> None:
    key = Key.generate()
    sealed = bytearray(key.seal(b"twelve bytes", "here"))
    sealed[place % len(sealed)] ^= 1 << bit
    with pytest.raises(SecretsUnavailableError):
        key.open(bytes(sealed), "here")


def test_a_ciphertext_opens_in_its_own_place_only() -> None:
    key = Key.generate()
    sealed = key.seal(b"secret", "tenants/a")
    with pytest.raises(SecretsUnavailableError):
        key.open(sealed, "tenants/b")
    with pytest.raises(SecretsUnavailableError):
        Key.generate().open(sealed, "tenants/a")
    for cut in (b"", sealed[:5], sealed[:-1]):
        with pytest.raises(SecretsUnavailableError):
            key.open(cut, "tenants/a")


def test_the_same_text_is_never_sealed_alike() -> None:
    key = Key.generate()
    assert len({key.seal(b"x", "c") for _ in range(100)}) == 100


def test_a_key_shows_itself_nowhere() -> None:
    material = os.urandom(32)
    key = Key(material)
    for text in (repr(key), str(key), repr(Keyring(key))):
        assert material.hex() not in text
        assert repr(material) not in text
    for leak in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(key)


def test_another_master_key_is_named_in_the_refusal() -> None:
    first, second = Keyring(Key.generate()), Keyring(Key.generate())
    _, wrapped = first.new_key("tenants/a")
    with pytest.raises(SecretsUnavailableError) as caught:
        second.open_key(wrapped, "tenants/a")
    assert caught.value.metadata == {"expected": first.master_id, "given": second.master_id}
    with pytest.raises(SecretsUnavailableError):
        first.open_key(wrapped, "tenants/b")


def test_a_master_key_is_read_as_hex_or_base64() -> None:
    assert parse_master_key("ab" * 32 + "\n").fingerprint() == Key(b"\xab" * 32).fingerprint()
    base64_text = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s="
    assert parse_master_key(base64_text).fingerprint() == Key(b"\xab" * 32).fingerprint()


@pytest.mark.parametrize("text", ["", "short", "ab" * 31, "ab" * 33, "zz" * 32, "\ufffd" * 64])
def test_a_bad_master_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SecretsUnavailableError) as caught:
        parse_master_key(text)
    assert not text or text not in caught.value.message


def test_a_master_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("ab" * 32)
    path.chmod(0o640)
    with pytest.raises(SecretsUnavailableError, match="chmod 600"):
        read_master_key(path)
    path.chmod(0o600)
    read_master_key(path)
    for wrong in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SecretsUnavailableError):
            read_master_key(wrong)


def test_a_made_key_is_private_and_the_same_for_all_who_start_together(tmp_path: Path) -> None:
    path = tmp_path / "data" / "master.key"
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: make_master_key(path).fingerprint(), range(16)))
    assert len(set(keys)) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["master.key"]


def test_a_value_goes_before_a_file_and_a_file_before_a_made_key(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("cd" * 32)
    file.chmod(0o600)
    value = choose_master_key("ab" * 32, file, tmp_path)
    assert value.fingerprint() == Key(b"\xab" * 32).fingerprint()
    assert choose_master_key(None, file, tmp_path).fingerprint() == Key(b"\xcd" * 32).fingerprint()
    assert not (tmp_path / "master.key").exists()
    choose_master_key(None, None, tmp_path)
    assert (tmp_path / "master.key").exists()


def test_rotation_moves_everything_to_the_new_master_key(tmp_path: Path) -> None:
    database = Database.open_file(tmp_path / "state.db")
    old, new = Keyring(Key.generate()), Keyring(Key.generate())
    clock = SystemClock()
    audit = AuditLog(database, old, clock, tmp_path / "audit")
    audit.append("me", "bank-a", "test", "thing")
    with database.write() as transaction:
        sealed = Vaults(old, clock).open(transaction.tenant("bank-a")).key.seal(b"x", "c")
    assert rotate_master_key(database, old, new, clock) == 2
    with database.read() as transaction:
        records = transaction.tenant("bank-a")
        assert Vaults(new, clock).open(records).key.open(sealed, "c") == b"x"
        with pytest.raises(SecretsUnavailableError):
            Vaults(old, clock).open(records)
    assert AuditLog(database, new, clock, tmp_path / "audit").verify().is_intact
    with pytest.raises(SecretsUnavailableError):
        AuditLog(database, old, clock, tmp_path / "audit")
    database.close()
