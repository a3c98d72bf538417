"""The client's half of the signed chain against the written format and the server's half."""

import hashlib
import hmac
import struct

import pytest

from client.frame_chain import ChainSigner
from protos.smartbranch.media.v1 import media_pb2

KEY, NAME = bytes(range(32)), "tenants/bank/deepfakeClips/one"
FIRST = "e84afd809b124ce892e27c5e84c9dd9c8ccbb7993f5ef721d55db2d6464da70e"
SECOND = "5105bb860d72e0b71a9259c109cc75748c16d7c36b884d27049f5dfbd1517055"
CLOSING = "b74569e0fcbf42ecb48a77fc99b7ee47f2eb665bf1d6162d7f2d41a3b73bdb75"


def chunk(sequence: int) -> media_pb2.MediaChunk:
    made = media_pb2.MediaChunk(
        track="camera", codec=media_pb2.MediaChunk.JPEG, data=b"picture %d" % sequence
    )
    made.sequence = sequence
    made.pts.FromNanoseconds(40_000_000 * sequence)
    made.capture_time.FromNanoseconds(1_700_000_000_000_000_000 + 40_000_000 * sequence)
    return made


def test_links_are_those_of_the_written_format() -> None:
    """Written out by hand from the contract, so that neither half can drift from it."""
    signed = ChainSigner(KEY, NAME).sign(chunk(1))
    start = hmac.digest(KEY, b"smartbranch.frame-chain.v1\x00" + NAME.encode(), "sha256")
    body = struct.pack(">qi", 1, 1)
    body += b"\x01" + struct.pack(">q", 40_000_000)
    body += b"\x01" + struct.pack(">q", 1_700_000_000_040_000_000)
    body += struct.pack(">i", 6) + b"camera" + hashlib.sha256(b"picture 1").digest()
    assert signed.previous_chain_hash == start
    assert signed.chain_hash == hmac.digest(KEY, b"\x01" + start + body, "sha256")


def test_links_never_change_from_one_release_to_the_next() -> None:
    signer = ChainSigner(KEY, NAME)
    bare = media_pb2.MediaChunk(codec=media_pb2.MediaChunk.PCM_S16LE_16KHZ, data=b"\0\0")
    bare.sequence = 2
    assert signer.sign(chunk(1)).chain_hash.hex() == FIRST
    assert signer.sign(bare).chain_hash.hex() == SECOND
    assert signer.close().hex() == CLOSING


def test_numbers_follow_each_other() -> None:
    signer = ChainSigner(KEY, NAME)
    signer.sign(chunk(1))
    for number in (1, 3):
        with pytest.raises(ValueError, match="expected number 2"):
            signer.sign(chunk(number))


def test_a_key_is_32_bytes_and_hides_itself() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ChainSigner(b"short", NAME)
    assert "hidden" in repr(ChainSigner(KEY, NAME))
