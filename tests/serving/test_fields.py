import pytest

from protos.smartbranch.vision.v1 import gallery_service_pb2 as messages
from serving.grpc.fields import MAX_FIELDS, has_too_many_fields

FIXED = b"\xf9\x01" + b"\0" * 8 + b"\xfd\x01" + b"\0" * 4  # Field 31: fixed64, then fixed32.


def enrolment(pictures: int) -> bytes:
    return messages.EnrolSubjectRequest(pictures=[b"x" * 300] * pictures).SerializeToString()


def test_a_usual_message_passes() -> None:
    assert not has_too_many_fields(b"")
    assert not has_too_many_fields(enrolment(16))
    assert not has_too_many_fields(FIXED + b"\x08\x96\x01")


def test_the_limit_is_exact() -> None:
    assert not has_too_many_fields(enrolment(MAX_FIELDS))
    assert has_too_many_fields(enrolment(MAX_FIELDS + 1))


@pytest.mark.parametrize("start", [b"", FIXED, b"\x08\x96\x01"], ids=["first", "fixed", "varint"])
def test_groups_hide_nothing(start: bytes) -> None:
    assert has_too_many_fields(start + b"\x0b\x0c" + enrolment(1))


@pytest.mark.parametrize(
    "data", [b"\x0a\xff\xff", b"\x0a", b"\x80", b"\xff" * 9], ids=lambda data: data.hex()
)
def test_broken_bytes_are_the_parsers_to_refuse(data: bytes) -> None:
    assert not has_too_many_fields(data)


def test_a_number_without_end_costs_no_time() -> None:
    has_too_many_fields(b"\xff" * 2**25)
