import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InvalidResourceNameError
from base.ids import GalleryName, SubjectName, check_id, new_id

ID = re.compile(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?")
IDS = st.from_regex(ID, fullmatch=True)


@given(IDS, IDS, IDS)
def test_a_name_reads_back_as_written(tenant: str, gallery: str, subject: str) -> None:
    parent = GalleryName(tenant, gallery)
    name = parent.subject(subject)
    assert GalleryName.parse(str(parent)) == parent
    assert SubjectName.parse(str(name)) == name
    assert name.parent == parent


@pytest.mark.parametrize(
    "name",
    ["", "tenants/a", "tenants//galleries/b", "tenants/a/galleries/B", "galleries/b/tenants/a",
     "tenants/a/galleries/b/", "tenants/../galleries/b", "tenants/a/galleries/b\n"],
)  # fmt: skip
def test_what_is_no_gallery_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidResourceNameError):
        GalleryName.parse(name)


@pytest.mark.parametrize("name", ["tenants/a/galleries/b", "tenants/a/galleries/b/subjects/"])
def test_what_is_no_subject_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidResourceNameError):
        SubjectName.parse(name)


@given(st.text(max_size=70).filter(lambda text: not ID.fullmatch(text)))
def test_a_refused_id_is_never_repeated(value: str) -> None:
    with pytest.raises(InvalidResourceNameError) as refusal:
        check_id(value, "subject")
    assert refusal.value.metadata == {"field": "subject"}


@given(IDS)
def test_a_valid_id_is_returned_as_it_is(value: str) -> None:
    assert check_id(value, "subject") == value


def test_new_ids_differ() -> None:
    assert len({new_id("req") for _ in range(1000)}) == 1000
