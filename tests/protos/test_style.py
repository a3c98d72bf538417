"""The protos keep to the AIPs that the house style names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2 as d

File = d.FileDescriptorProto
Field = d.FieldDescriptorProto
UNSIGNED = {
    Field.TYPE_UINT32,
    Field.TYPE_UINT64,
    Field.TYPE_FIXED32,
    Field.TYPE_FIXED64,
}


def elements(file: File) -> Iterator[tuple[tuple[int, ...], str]]:
    for i, service in enumerate(file.service):
        yield (6, i), service.name
        for j, method in enumerate(service.method):
            yield (6, i, 2, j), f"{service.name}.{method.name}"
    for i, enum in enumerate(file.enum_type):
        yield from enum_elements(enum, (5, i))
    for i, message in enumerate(file.message_type):
        yield from message_elements(message, (4, i))


def enum_elements(
    enum: d.EnumDescriptorProto, path: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], str]]:
    yield path, enum.name
    for j, value in enumerate(enum.value):
        yield (*path, 2, j), f"{enum.name}.{value.name}"


def message_elements(
    message: d.DescriptorProto, path: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], str]]:
    yield path, message.name
    for j, field in enumerate(message.field):
        yield (*path, 2, j), f"{message.name}.{field.name}"
    for j, oneof in enumerate(message.oneof_decl):
        if not oneof.name.startswith("_"):  # Made up by protoc for an optional field.
            yield (*path, 8, j), f"{message.name}.{oneof.name}"
    for j, enum in enumerate(message.enum_type):
        yield from enum_elements(enum, (*path, 4, j))


def messages(files: list[File]) -> Iterator[d.DescriptorProto]:
    for file in files:
        yield from file.message_type


def enums(files: list[File]) -> Iterator[d.EnumDescriptorProto]:
    for file in files:
        yield from file.enum_type
        for message in file.message_type:
            yield from message.enum_type


def test_every_element_has_a_comment(proto_files: list[File]) -> None:
    for file in proto_files:
        comments = {
            tuple(location.path): location.leading_comments
            for location in file.source_code_info.location
        }
        bare = [name for path, name in elements(file) if not comments.get(path, "").strip()]
        assert not bare, file.name
        assert comments.get((2,)), f"{file.name} does not say what it is about"


def test_package_equals_path_and_ends_in_a_version(proto_files: list[File]) -> None:
    for file in proto_files:
        assert file.package == str(Path(file.name).parent).replace("/", ".")
        assert file.package.endswith(".v1")


def test_zero_is_unspecified(proto_files: list[File]) -> None:
    for enum in enums(proto_files):
        assert enum.value[0].number == 0
        assert enum.value[0].name.endswith("_UNSPECIFIED")


def test_numbers_are_signed_and_field_numbers_start_at_one_without_holes(
    proto_files: list[File],
) -> None:
    for message in messages(proto_files):
        assert not [field.name for field in message.field if field.type in UNSIGNED]
        numbers = sorted(field.number for field in message.field)
        reserved = {n for span in message.reserved_range for n in range(span.start, span.end)}
        assert set(numbers) | reserved == set(range(1, len(numbers) + len(reserved) + 1))


SPANS = (
    *("retention", "_limit", "_delay", "_offset", "pts", "_duration", "length", "_stay", "stays"),
    *("uptime", "lifetime"),
)


@pytest.mark.parametrize(
    ("type_name", "suffix"),
    [
        (".google.protobuf.Timestamp", "_time"),
        (".google.protobuf.Duration", SPANS),
    ],
    ids=["instants end in _time", "spans are durations"],
)
def test_times_are_named_for_what_they_are(
    proto_files: list[File], type_name: str, suffix: str | tuple[str, ...]
) -> None:
    for message in messages(proto_files):
        for field in message.field:
            if field.type_name == type_name:
                assert field.name.endswith(suffix), f"{message.name}.{field.name}"


def test_every_unary_request_that_changes_something_takes_a_request_id(
    proto_files: list[File],
) -> None:
    by_name = {message.name: message for message in messages(proto_files)}
    for file in proto_files:
        for service in file.service:
            for method in service.method:
                reads = method.name.startswith(("Get", "List", "Detect", "Stream"))
                if reads or method.client_streaming:
                    continue
                request = by_name[method.input_type.rsplit(".", 1)[1]]
                assert "request_id" in [field.name for field in request.field], method.name
