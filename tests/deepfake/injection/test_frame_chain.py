"""What a signed chain proves; the client's own signer signs, so both halves keep to one format."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from client.frame_chain import ChainSigner
from decision.findings import Weight
from deepfake.frame_chain import MAX_HOLE_CHUNKS, MAX_HOLES, ChainVerifier, Link, SignedChunk
from protos.smartbranch.media.v1 import media_pb2

KEY, NAME = bytes(range(32)), "tenants/bank/deepfakeClips/one"
Chunks = list[SignedChunk]


def signed(count: int, key: bytes = KEY, name: str = NAME) -> tuple[Chunks, bytes]:
    """Return chunks as a client signs them, and the closing link."""
    signer, chunks = ChainSigner(key, name), []
    for number in range(1, count + 1):
        chunk = media_pb2.MediaChunk(codec=media_pb2.MediaChunk.JPEG, data=b"%d" % number)
        chunk.sequence = number
        if number % 3:
            chunk.pts.FromNanoseconds(number * 40_000_000)
            chunk.track = "camera"
        chunks.append(as_it_came(signer.sign(chunk)))
    return chunks, signer.close()


def as_it_came(chunk: media_pb2.MediaChunk) -> SignedChunk:
    pts_ns = chunk.pts.ToNanoseconds() if chunk.HasField("pts") else None
    links = chunk.chain_hash, chunk.previous_chain_hash
    return SignedChunk(
        *(chunk.sequence, chunk.codec, chunk.data, *links), pts_ns=pts_ns, track=chunk.track
    )


def verify(chunks: Sequence[SignedChunk]) -> tuple[ChainVerifier, list[Link]]:
    verifier = ChainVerifier(KEY, NAME)
    return verifier, [verifier.push(chunk).link for chunk in chunks]


def weights(verifier: ChainVerifier) -> dict[str, Weight]:
    return {moment.code: moment.weight for moment in verifier.moments()}


def test_a_whole_chain_is_proven_to_its_end() -> None:
    chunks, closing = signed(20)
    verifier, links = verify(chunks)
    assert set(links) == {Link.OK}
    assert verifier.close(20, closing).link is Link.OK
    assert verifier.moments() == ()


EDITS: dict[str, Callable[[SignedChunk], SignedChunk]] = {
    "data": lambda chunk: replace(chunk, data=b"other"),
    "number": lambda chunk: replace(chunk, sequence=chunk.sequence + 1),
    "place": lambda chunk: replace(chunk, pts_ns=1),
    "no place": lambda chunk: replace(chunk, pts_ns=None),
    "capture time": lambda chunk: replace(chunk, capture_time_ns=0),
    "impossible time": lambda chunk: replace(chunk, pts_ns=2**64),
    "track": lambda chunk: replace(chunk, track="screen"),
    "codec": lambda chunk: replace(chunk, codec=2),
    "link": lambda chunk: replace(chunk, chain_hash=bytes(32)),
    "link before": lambda chunk: replace(chunk, previous_chain_hash=bytes(32)),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_any_edit_is_proven(edit: Callable[[SignedChunk], SignedChunk]) -> None:
    chunks, _ = signed(6)
    verifier, links = verify([*chunks[:3], edit(chunks[3]), *chunks[4:]])
    assert links[3] is Link.EDITED
    assert weights(verifier)["CHAIN_BROKEN"] is Weight.BREAKS


def test_cutting_off_the_signatures_is_no_way_around_them() -> None:
    chunks, _ = signed(3)
    bare = [replace(chunk, chain_hash=b"", previous_chain_hash=b"") for chunk in chunks]
    verifier, links = verify(bare)
    assert set(links) == {Link.UNSIGNED}
    assert weights(verifier) == {"CHAIN_MISSING": Weight.BREAKS}


@pytest.mark.parametrize("other", [(bytes(32), NAME), (KEY, "tenants/bank/deepfakeClips/two")])
def test_a_chain_of_another_clip_is_none(other: tuple[bytes, str]) -> None:
    chunks, _ = signed(2, *other)
    assert verify(chunks[:1])[1] == [Link.EDITED]


def test_what_was_lost_is_told_by_number_and_the_rest_is_proven() -> None:
    chunks, closing = signed(40)
    verifier, links = verify([*chunks[:4], *chunks[6:]])
    assert links.count(Link.GAP) == 1
    again = ChainVerifier(KEY, NAME)
    for chunk in chunks[:4]:
        again.push(chunk)
    assert again.push(chunks[6]).missing == (5, 6)
    assert verifier.close(40, closing).link is Link.OK
    assert weights(verifier) == {"CHAIN_GAP": Weight.NOTE}


@pytest.mark.parametrize("kept", [slice(0, None, 2), slice(MAX_HOLE_CHUNKS + 1, None)])
def test_much_that_is_missing_holds(kept: slice) -> None:
    chunks, closing = signed(201)
    verifier, _ = verify(chunks[kept])
    assert verifier.close(201, closing).link is Link.OK
    assert weights(verifier) == {"CHAIN_GAP": Weight.HOLDS}


def test_a_late_beginning_of_a_few_chunks_does_not_hold() -> None:
    """Two of the first three chunks missing is a share of two thirds for a moment."""
    chunks, closing = signed(60)
    verifier, _ = verify(chunks[2:])
    verifier.close(60, closing)
    assert weights(verifier) == {"CHAIN_GAP": Weight.NOTE}


def test_a_cut_off_end_holds_and_cannot_be_forged() -> None:
    chunks, closing = signed(10)
    for end, link in (
        ((10, closing), Link.UNFINISHED),
        ((8, b""), Link.UNFINISHED),
        ((8, closing), Link.EDITED),
        ((7, closing), Link.EDITED),
    ):
        verifier, _ = verify(chunks[:8])
        assert verifier.close(*end).link is link
        assert verifier.moments()[0].weight is not Weight.NOTE


def test_a_chunk_that_is_sent_again_is_ignored_and_one_out_of_place_refused() -> None:
    chunks, _ = signed(5)
    verifier, links = verify([chunks[0], chunks[1], chunks[1], chunks[3], chunks[2]])
    assert links[2:] == [Link.REPLAYED, Link.GAP, Link.REORDERED]
    assert weights(verifier)["CHAIN_REPLAYED"] is Weight.NOTE
    assert weights(verifier)["CHAIN_REORDERED"] is Weight.BREAKS


def test_a_sender_that_leaves_out_every_second_chunk_fills_no_memory() -> None:
    chunks, _ = signed(4 * MAX_HOLES)
    verifier, _ = verify(chunks[1::2])
    assert len(verifier._holes) <= MAX_HOLES


def test_keys_and_pictures_hide_themselves() -> None:
    chunks, _ = signed(1)
    assert "hidden" in repr(ChainVerifier(KEY, NAME))
    assert repr(chunks[0].data) not in repr(chunks[0])
    with pytest.raises(ValueError, match="32 bytes"):
        ChainVerifier(b"", NAME)


@settings(max_examples=60, deadline=None)
@given(some.permutations(range(8)), some.integers(1, 8))
def test_only_the_chain_itself_goes_through_unnoticed(order: list[int], length: int) -> None:
    """Any drop, swap or cut that leaves something to see is seen; numbers and order say which."""
    chunks, closing = signed(8)
    sent = order[:length]
    verifier, links = verify([chunks[place] for place in sent])
    verifier.close(8, closing)
    is_whole = sent == list(range(8))
    assert (verifier.moments() == ()) is is_whole
    is_moved = sent != sorted(sent)
    assert (Link.REORDERED in links) is is_moved
