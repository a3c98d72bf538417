"""Who may sign in, for how long, and what ends it."""

import time

import pytest

from base.errors import (
    InvalidArgumentError,
    InvalidResourceNameError,
    SignInExpiredError,
    SignInFailedError,
    SignInNeededError,
    StaffExistsError,
    StaffNotFoundError,
    TooManyAttemptsError,
)
from serving.audit.types import Outcome
from serving.caller import Role
from serving.staff import passwords
from serving.staff.attempts import OF_ACCOUNT, OF_ADDRESS, OF_PAIR
from serving.staff.service import MAX_SESSIONS, NOTE_USE_EVERY_S, StaffService
from tests.serving.staff.conftest import LIMITS, Office

PASSWORD, OTHER = "correct horse battery", "another long password"
HERE, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def li(office: Office) -> Office:
    office.staff.accounts.add(
        "ops", "default", "li", PASSWORD, {Role.LOBBY_STAFF}, "north", {"manager"}
    )
    return office


def test_whoever_signs_in_is_a_caller_of_the_branch(li: Office) -> None:
    signed_in = li.staff.sign_in("li", PASSWORD, HERE)
    caller = li.staff.check(signed_in.cookie).caller
    assert (caller.tenant, caller.subject, caller.branch) == ("default", "li", "north")
    assert caller.roles == {Role.LOBBY_STAFF}
    assert caller.duties == {"manager"}
    assert PASSWORD not in repr(signed_in)
    assert signed_in.cookie not in repr(signed_in)


def test_what_keyboards_add_to_a_name_does_not_matter(li: Office) -> None:
    for name in (" Li ", "default/li", "DEFAULT/Li"):
        assert li.staff.sign_in(name, PASSWORD, HERE).account.name == "li"


def test_an_account_is_its_tenants_alone(li: Office) -> None:
    li.staff.accounts.add("ops", "other", "li", OTHER, {Role.LOBBY_STAFF})
    assert li.staff.sign_in("other/li", OTHER, HERE).account.tenant == "other"
    with pytest.raises(SignInFailedError):
        li.staff.sign_in("other/li", PASSWORD, HERE)
    secret = li.staff.sign_in("li", PASSWORD, HERE).cookie.partition(":")[2]
    with pytest.raises(SignInExpiredError):
        li.staff.check(f"other:{secret}")


@pytest.mark.parametrize(
    ("name", "password"),
    [("li", OTHER), ("wu", PASSWORD), ("no such/tenant", PASSWORD), ("", ""), ("x" * 500, "x")],
    ids=["password", "name", "tenant", "nothing", "long"],
)
def test_what_was_wrong_is_not_said(li: Office, name: str, password: str) -> None:
    with pytest.raises(SignInFailedError) as caught:
        li.staff.sign_in(name, password, HERE)
    assert caught.value.message == "name and password do not belong together"
    assert not caught.value.metadata


@pytest.mark.timed
def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    li: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_LOG2_N", 13)  # So that the hash is most of the time.
    li.staff.accounts.set_password("ops", "default", "li", PASSWORD)
    staff = StaffService(li.database, li.audit, li.clock, LIMITS)

    def took_s(name: str) -> float:
        started_s = time.perf_counter()
        with pytest.raises(SignInFailedError):
            staff.sign_in(name, OTHER, HERE)
        return time.perf_counter() - started_s

    known, unknown = min(took_s("li") for _ in range(3)), min(took_s("wu") for _ in range(3))
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize(
    "cookie", [None, "", "default", "default:", ":secret", "Not An Id:x", "default:" + "x" * 300]
)
def test_without_a_cookie_of_ours_nobody_is_signed_in(office: Office, cookie: str | None) -> None:
    with pytest.raises(SignInNeededError):
        office.staff.check(cookie)
    office.staff.sign_out(cookie)


def test_a_sign_in_ends_after_its_time_however_it_is_used(li: Office) -> None:
    cookie = li.staff.sign_in("li", PASSWORD, HERE).cookie
    for _ in range(9):
        li.later(hours=1)
        li.staff.check(cookie)
    li.later(hours=1)
    with pytest.raises(SignInExpiredError):
        li.staff.check(cookie)


def test_a_sign_in_that_nobody_uses_ends_sooner(li: Office) -> None:
    cookie = li.staff.sign_in("li", PASSWORD, HERE).cookie
    li.later(seconds=LIMITS.idle_s - 1)
    li.staff.check(cookie, is_use=False)
    li.later(seconds=2)
    with pytest.raises(SignInExpiredError):
        li.staff.check(cookie)


def test_use_is_noted_no_more_often_than_needed(li: Office) -> None:
    cookie = li.staff.sign_in("li", PASSWORD, HERE).cookie
    li.later(seconds=NOTE_USE_EVERY_S)
    li.staff.check(cookie)
    li.later(seconds=LIMITS.idle_s - 1)
    assert li.staff.check(cookie).name == "li"


def test_signing_out_ends_this_sign_in_alone(li: Office) -> None:
    tablet, phone = (li.staff.sign_in("li", PASSWORD, HERE).cookie for _ in range(2))
    li.staff.sign_out(tablet)
    li.staff.sign_out(tablet)
    with pytest.raises(SignInExpiredError):
        li.staff.check(tablet)
    assert li.staff.check(phone).name == "li"


def test_signing_in_again_ends_the_sign_in_of_the_same_browser(li: Office) -> None:
    former = li.staff.sign_in("li", PASSWORD, HERE).cookie
    later = li.staff.sign_in("li", PASSWORD, HERE, former).cookie
    with pytest.raises(SignInExpiredError):
        li.staff.check(former)
    assert li.staff.check(later).name == "li"


@pytest.mark.parametrize("how", ["disable", "password"])
def test_disabling_and_a_new_password_end_every_sign_in_at_once(li: Office, how: str) -> None:
    cookies = [li.staff.sign_in("li", PASSWORD, HERE).cookie for _ in range(2)]
    if how == "disable":
        li.staff.accounts.disable("ops", "default", "li")
    else:
        li.staff.accounts.set_password("ops", "default", "li", OTHER)
    for cookie in cookies:
        with pytest.raises(SignInExpiredError):
            li.staff.check(cookie)
    with pytest.raises(SignInFailedError):
        li.staff.sign_in("li", PASSWORD, HERE)
    if how == "disable":
        li.staff.accounts.set_password("ops", "default", "li", OTHER)
    assert li.staff.sign_in("li", OTHER, HERE).account.disabled_at is None


def test_guessing_from_one_place_ends_and_the_owner_elsewhere_gets_in(li: Office) -> None:
    for _ in range(OF_PAIR.burst):
        with pytest.raises(SignInFailedError):
            li.staff.sign_in("li", OTHER, HERE)
    with pytest.raises(TooManyAttemptsError) as caught:
        li.staff.sign_in("li", PASSWORD, HERE)
    assert 0 < float(caught.value.metadata["retry_after_s"]) <= OF_PAIR.every_s
    assert li.staff.sign_in("li", PASSWORD, THERE).account.name == "li"
    li.later(seconds=OF_PAIR.every_s + 1)
    assert li.staff.sign_in("li", PASSWORD, HERE).account.name == "li"


def test_trying_many_names_from_one_place_ends(office: Office) -> None:
    for number in range(OF_ADDRESS.burst):
        with pytest.raises(SignInFailedError):
            office.staff.sign_in(f"name-{number}", OTHER, HERE)
    with pytest.raises(TooManyAttemptsError):
        office.staff.sign_in("one-more", OTHER, HERE)


def test_trying_one_name_from_many_places_ends(office: Office) -> None:
    for number in range(OF_ACCOUNT.burst):
        with pytest.raises(SignInFailedError):
            office.staff.sign_in("li", OTHER, f"10.0.1.{number}")
    with pytest.raises(TooManyAttemptsError):
        office.staff.sign_in("li", OTHER, "10.0.2.1")


def test_an_account_has_a_limit_of_sign_ins(li: Office) -> None:
    cookies = []
    for _ in range(MAX_SESSIONS + 1):
        li.later(seconds=1)
        cookies.append(li.staff.sign_in("li", PASSWORD, HERE).cookie)
    with pytest.raises(SignInExpiredError):
        li.staff.check(cookies[0])
    assert li.staff.check(cookies[1]).name == "li"


def test_ended_sign_ins_are_swept_and_the_secret_is_nowhere_in_the_database(li: Office) -> None:
    cookie = li.staff.sign_in("li", PASSWORD, HERE).cookie
    li.database.purge()
    data = (li.folder / "smartbranch.db").read_bytes()
    assert cookie.partition(":")[2].encode() not in data
    assert PASSWORD.encode() not in data
    li.later(seconds=LIMITS.idle_s)
    li.staff.sweep()
    with li.database.read() as transaction:
        assert transaction.tenant("default").staff.end_sessions_of("li") == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "Li Wei"}, InvalidResourceNameError),
        ({"roles": ()}, InvalidArgumentError),
        ({"roles": {Role.EDGE_DEVICE}}, InvalidArgumentError),
        ({"roles": {Role.OPERATOR}, "branch": "north"}, InvalidArgumentError),
        ({"branch": "No Branch"}, InvalidResourceNameError),
        ({"duties": ["No Duty"]}, InvalidResourceNameError),
        ({"duties": [f"duty-{number}" for number in range(17)]}, InvalidArgumentError),
        ({"password": "short"}, InvalidArgumentError),
        ({"name": "li"}, StaffExistsError),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value.reason,
)
def test_an_account_that_cannot_be_is_refused(
    li: Office, changes: dict[str, object], error: type[Exception]
) -> None:
    wanted = {"name": "wu", "password": PASSWORD, "roles": {Role.LOBBY_STAFF}, **changes}
    with pytest.raises(error):
        li.staff.accounts.add("ops", "default", **wanted)  # type: ignore[arg-type]
    assert [account.name for account in li.staff.accounts.all("default")] == ["li"]


def test_an_account_that_is_not_there_is_said_so(office: Office) -> None:
    with pytest.raises(StaffNotFoundError):
        office.staff.accounts.disable("ops", "default", "wu")
    with pytest.raises(StaffNotFoundError):
        office.staff.accounts.set_password("ops", "default", "wu", PASSWORD)


def test_every_sign_in_leaves_a_line_and_what_was_typed_does_not(li: Office) -> None:
    li.staff.sign_out(li.staff.sign_in("li", PASSWORD, HERE).cookie)
    for name in ("li", "my secret by mistake"):
        with pytest.raises(SignInFailedError):
            li.staff.sign_in(name, OTHER, HERE)
    lines = [line.event for line in li.audit.lines("default")]
    assert [(line.action, line.outcome) for line in lines] == [
        ("staff.add", Outcome.OK),
        ("staff.sign_in", Outcome.OK),
        ("staff.sign_out", Outcome.OK),
        ("staff.sign_in", Outcome.REFUSED),
    ]
    (unknown,) = li.audit.lines("system")
    assert unknown.event.resource == "tenants/system/staff/unknown"
