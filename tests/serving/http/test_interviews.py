"""Cases over HTTP: the real service, storage and sign-in behind a real port."""

import io
import wave
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from base.ids import InterviewName
from serving.http.staff_door import COOKIE
from serving.interview.review_media import ACTION
from tests.support.review_house import OTHER, ReviewHouse

PEOPLE = [{"role": "CUSTOMER", "display_name": "Customer One"}]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewHouse]:
    with ReviewHouse(tmp_path_factory.mktemp("cases")) as running:
        yield running


@pytest.fixture(scope="module")
def case(house: ReviewHouse) -> InterviewName:
    """A case in review, which no test decides."""
    return house.maker.reviewable()


def browser(house: ReviewHouse, name: str, tenant: str = "default") -> httpx.Client:
    cookies = {COOKIE: house.sign_in(name, tenant)}
    return httpx.Client(base_url=house.url, cookies=cookies, timeout=30)


def reason_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["reason"]


def looks(house: ReviewHouse, case: InterviewName) -> list[str]:
    """Return what was looked at of a case, as the audit log says."""
    lines = house.audit.lines(case.tenant)
    return [
        str(line.event.details["what"])
        for line in lines
        if line.event.action == ACTION and line.event.resource.startswith(str(case))
    ]


def test_an_operator_opens_a_case_and_a_reviewer_decides_it(house: ReviewHouse) -> None:
    with browser(house, "olga") as olga, browser(house, "rita") as rita:
        asked = {"product": "account", "participants": PEOPLE, "request_id": "r-1"}
        opened = olga.post("/v1/interviews", json=asked).json()
        path = f"/v1/interviews/{opened['interview']['name'].rpartition('/')[2]}"
        assert opened["accesses"][0]["page_path"].startswith("/interview/")
        # The same request again gives the same case.
        again = olga.post("/v1/interviews", json=asked).json()
        assert again["interview"]["name"] == opened["interview"]["name"]
        invited = olga.post(f"{path}:invite", json={"participant": {"role": "SPOUSE"}}).json()
        assert [one["role"] for one in invited["interview"]["participants"]][-1] == "SPOUSE"
        early = rita.post(f"{path}:review", json={"approved": True, "reason": "fine"})
        assert reason_of(early) == (400, "MOVE_NOT_ALLOWED")
        assert rita.post(f"{path}:handOver", json={"text": "asked by telephone"}).is_success
        assert reason_of(olga.post(f"{path}:review", json={"approved": True, "reason": "x"})) == (
            403,
            "ROLE_NOT_ALLOWED",
        )
        decided = rita.post(f"{path}:review", json={"approved": False, "reason": "no document"})
        assert decided.json()["interview"]["state"] == "REJECTED"
        assert rita.get(path).json()["interview"]["reviews"][0]["reviewer"] == "rita"


def test_two_have_to_agree_and_nobody_twice(house: ReviewHouse) -> None:
    name = house.maker.reviewable("K-two", "loan")
    path = f"/v1/interviews/{name.interview}"
    with browser(house, "rita") as rita, browser(house, "rolf") as rolf:
        first = rita.post(f"{path}:review", json={"approved": True, "reason": "both faces agree"})
        assert first.json()["interview"]["state"] == "REVIEW"
        again = rita.post(f"{path}:review", json={"approved": True, "reason": "still"})
        assert reason_of(again) == (400, "REVIEWED_BEFORE")
        second = rolf.post(f"{path}:review", json={"approved": True, "reason": "I agree"})
        assert second.json()["interview"]["state"] == "APPROVED"


def test_cases_are_listed_by_state_with_since_when_they_wait(
    house: ReviewHouse, case: InterviewName
) -> None:
    with browser(house, "anna") as anna:
        page = anna.get("/v1/interviews", params={"state": "REVIEW", "page_size": 50}).json()
        found = next(one for one in page["interviews"] if one["name"] == str(case))
        assert [move["to_state"] for move in found["transitions"]] == ["REVIEW"]
        assert "checks" not in found["participants"][0]
        assert reason_of(anna.get("/v1/interviews?state=LATER")) == (400, "ARGUMENT_INVALID")


def test_pictures_and_recording_are_handed_out_and_each_look_is_written_down_once(
    house: ReviewHouse, case: InterviewName
) -> None:
    path = f"/v1/interviews/{case.interview}/participants/p1"
    with browser(house, "rita") as rita:
        for _ in range(2):
            assert rita.get(f"{path}/pictures/face").content.startswith(b"\xff\xd8")
        assert reason_of(rita.get(f"{path}/pictures/event-9")) == (404, "PHOTO_NOT_FOUND")
        index: dict[str, Any] = rita.get(f"{path}/recording").json()
        assert index["pictures"][0] == {"sequence": 1, "offset_s": 0.0, "track": "camera"}
        assert index["sounds"][0]["end_s"] > index["sounds"][0]["start_s"]
        for shot in index["pictures"][:5]:
            found = rita.get(f"{path}/recording/pictures/{shot['sequence']}")
            assert found.headers["content-type"] == "image/jpeg"
        sound = rita.get(f"{path}/recording/sound", params={"start_s": 0, "end_s": 1.5})
        with wave.open(io.BytesIO(sound.content)) as wav:
            assert (wav.getframerate(), wav.getnframes()) == (16_000, 24_000)
        for query in ("start_s=0&end_s=61", "start_s=nan&end_s=1", "start_s=x&end_s=1"):
            answer = rita.get(f"{path}/recording/sound?{query}")
            assert reason_of(answer) == (400, "ARGUMENT_INVALID")
        other = path.replace("p1", "p9")
        # The sound of nobody was silence, and a line in the audit log.
        for part in ("", "/pictures/1", "/sound?start_s=0&end_s=1"):
            answer = rita.get(f"{other}/recording{part}")
            assert reason_of(answer) == (404, "PARTICIPANT_NOT_FOUND")
    assert sorted(looks(house, case)) == ["face", "recording"]


def test_the_evidence_is_a_whole_zip(house: ReviewHouse, case: InterviewName) -> None:
    with browser(house, "anna") as anna:
        answer = anna.get(f"/v1/interviews/{case.interview}/evidence")
        assert answer.headers["content-type"] == "application/zip"
        assert int(answer.headers["content-length"]) == len(answer.content)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
            assert "manifest.json" in pack.namelist()
            assert pack.testzip() is None


def test_nobody_sees_the_cases_of_another_bank(house: ReviewHouse, case: InterviewName) -> None:
    path = f"/v1/interviews/{case.interview}"
    with browser(house, "eve", OTHER) as eve:
        assert eve.get("/v1/interviews").json() == {}
        media = f"{path}/participants/p1"
        for part in (path, f"{path}/evidence", f"{media}/recording", f"{media}/pictures/face"):
            assert reason_of(eve.get(part)) == (404, "INTERVIEW_NOT_FOUND")
        body = {"approved": True, "reason": "mine now"}
        assert reason_of(eve.post(f"{path}:review", json=body)) == (404, "INTERVIEW_NOT_FOUND")


def test_an_operator_sees_neither_pictures_nor_documents(
    house: ReviewHouse, case: InterviewName
) -> None:
    path = f"/v1/interviews/{case.interview}"
    with browser(house, "olga") as olga:
        (person,) = olga.get(path).json()["interview"]["participants"]
        assert "document" not in person
        for part in ("participants/p1/pictures/face", "participants/p1/recording", "evidence"):
            assert reason_of(olga.get(f"{path}/{part}")) == (403, "ROLE_NOT_ALLOWED")


def test_a_held_case_stays_and_one_that_was_erased_shows_nothing(house: ReviewHouse) -> None:
    name = house.maker.reviewable("K-gone")
    path = f"/v1/interviews/{name.interview}"
    frame = f"{path}/participants/p1/recording/pictures/1"
    with browser(house, "olga") as olga, browser(house, "rita") as rita:
        assert rita.get(frame).is_success
        held = olga.post(f"{path}:hold", json={"held": True, "reason": "a court asks"})
        assert held.json()["interview"]["is_held"] is True
        erase = {"reason": "the customer asks"}
        assert reason_of(olga.post(f"{path}:erase", json=erase)) == (400, "INTERVIEW_HELD")
        assert olga.post(f"{path}:hold", json={"held": False, "reason": "it is over"}).is_success
        receipt = olga.post(f"{path}:erase", json=erase).json()["receipt"]
        assert sum(int(store.get("erased_count", 0)) for store in receipt["stores"]) > 0
        # Also the recording that somebody had open.
        assert reason_of(rita.get(frame)) == (404, "INTERVIEW_NOT_FOUND")


def test_a_page_of_another_site_decides_nothing(house: ReviewHouse, case: InterviewName) -> None:
    path = f"/v1/interviews/{case.interview}:review"
    body = {"approved": True, "reason": "from elsewhere"}
    with browser(house, "rita") as rita:
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            answer = rita.post(path, json=body, headers=headers)
            assert reason_of(answer) == (403, "ROLE_NOT_ALLOWED")
        plain = rita.post(
            path, content=b'{"approved":true}', headers={"content-type": "text/plain"}
        )
        assert reason_of(plain) == (400, "ARGUMENT_INVALID")
        assert rita.get(path.removesuffix(":review")).json()["interview"]["state"] == "REVIEW"


@pytest.mark.parametrize("interview", ["iv-none", "Not An Id", "..%2f.."])
def test_a_case_that_is_not_there_is_told_so(house: ReviewHouse, interview: str) -> None:
    with browser(house, "rita") as rita:
        assert rita.get(f"/v1/interviews/{interview}").status_code in (400, 404)
    with httpx.Client(base_url=house.url) as nobody:
        answer = nobody.get("/v1/interviews")
        assert reason_of(answer) == (401, "SIGN_IN_NEEDED")
