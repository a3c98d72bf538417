"""What rows of text on a resident card are taken for; the lines are made by hand."""

from collections.abc import Mapping

import numpy as np
import pytest

from vision.documents.cn_card import CardText, read_side, value_of
from vision.documents.rows import rows_of
from vision.documents.text import Letter, TextLine
from vision.documents.types import DocumentSide

WIDTH = 1000
NUMBER = "11010519491231002X"
FRONT = {
    (80, 76): "姓名",
    (178, 77): "王芳",
    (80, 155): "性别女民族维吾尔",
    (80, 232): "出生1949年12月31日",
    (80, 312): "住址",
    (178, 310): "北京市朝阳区中山路人民",
    (178, 358): "东里一单元",
    (80, 530): "公民身份号码",
    (330, 531): NUMBER,
}
BACK = {
    (330, 96): "中华人民共和国",
    (330, 196): "居民身份证",
    (262, 444): "签发机关北京市公安局朝阳分局",
    (262, 528): "有效期限2016.03.08-长期",
}


def line(text: str, x: float, y: float, slope: float = 0.0, confidence: float = 1.0) -> TextLine:
    height, width = 34.0, 30.0 * len(text)
    pitch = 1 / max(len(text), 1)
    letters = tuple(
        Letter(letter, confidence, (at + 0.5) * pitch)
        for at, letter in enumerate(text)
        if letter != " "
    )
    top, foot = y + slope * x - height / 2, y + slope * x + height / 2
    fall = slope * width
    corners = [(x, top), (x + width, top + fall), (x + width, foot + fall), (x, foot)]
    return TextLine(letters, np.array(corners, np.float32))


def read(lines: Mapping[tuple[int, int], str], slope: float = 0.0) -> CardText | None:
    rows = rows_of([line(text, x, y, slope) for (x, y), text in lines.items()])
    return read_side(rows, WIDTH)


@pytest.mark.parametrize("slope", [0.0, 0.08, -0.08])
def test_a_front_is_read_by_its_labels(slope: float) -> None:
    card = read(FRONT, slope)
    assert card is not None
    assert card.side is DocumentSide.FRONT
    assert card.values == {
        "name": "王芳",
        "sex": "女",
        "ethnicity": "维吾尔",
        "birth_date": "1949-12-31",
        "address": "北京市朝阳区中山路人民东里一单元",
        "number": NUMBER,
    }


def test_a_back_is_read_by_its_labels() -> None:
    card = read(BACK)
    assert card is not None
    assert card.side is DocumentSide.BACK
    assert card.values == {
        "authority": "北京市公安局朝阳分局",
        "valid_from": "2016-03-08",
        "valid_until": "long-term",
    }


def test_a_letter_that_two_lines_share_is_read_once() -> None:
    """The label's line reached into the value's: an address began with its first letter twice."""
    doubled = FRONT | {(80, 312): "住址 北"}
    card = read(doubled)
    assert card is not None
    assert card.values["address"].startswith("北京市")


def test_a_label_may_lack_its_first_letter() -> None:
    lines = {key: text for key, text in FRONT.items() if text not in {"姓名", "住址"}}
    card = read(lines | {(110, 76): "名", (110, 312): "址"})
    assert card is not None
    assert (card.values["name"], card.values["address"][:3]) == ("王芳", "北京市")


@pytest.mark.parametrize(
    ("whole", "cut", "name"),
    [
        pytest.param("姓名", "姓", "name", id="name"),
        pytest.param("住址", "住", "address", id="address"),
    ],
)
def test_a_label_without_its_last_letter_takes_none_of_the_value(
    whole: str, cut: str, name: str
) -> None:
    """`姓王芳` was read as a label of two letters, and the name as one: 芳."""
    lines = {key: cut if text == whole else text for key, text in FRONT.items()}
    card = read(lines)
    assert card is not None
    assert name not in card.values


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param({}, id="nothing"),
        pytest.param({(80, 100): "身份证办理须知"}, id="a notice"),
        pytest.param({key: FRONT[key] for key in list(FRONT)[:5]}, id="no number"),
        pytest.param({(y, x): text for (x, y), text in FRONT.items()}, id="scattered"),
        pytest.param({(x, y * 3): text for (x, y), text in FRONT.items()}, id="far apart"),
        pytest.param({key: BACK[key] for key in list(BACK)[2:]}, id="a back without its title"),
    ],
)
def test_other_text_is_no_card(lines: Mapping[tuple[int, int], str]) -> None:
    assert read(lines) is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        pytest.param("number", "1101O519491231002X", NUMBER, id="a letter for a proven digit"),
        pytest.param("number", "1101O519491231003X", None, id="a letter that nothing proves"),
        pytest.param("number", "11010519491231002", None, id="a digit short"),
        pytest.param("number", NUMBER + "7", None, id="a digit more"),
        pytest.param("sex", "好", None, id="no sex"),
        pytest.param("ethnicity", "漢", "汉", id="older form"),
        pytest.param("ethnicity", "汗", None, id="no people"),
        pytest.param("birth_date", "1949年2月30日", None, id="no such day"),
        pytest.param("birth_date", "1949年O2月3日", None, id="a letter in a date"),
        pytest.param("name", "阿卜杜拉·买买提", "阿卜杜拉·买买提", id="a dot in a name"),
        pytest.param("name", "王芳7", None, id="a digit in a name"),
        pytest.param("authority", "SPECIMEN", None, id="no authority"),
    ],
)
def test_a_value_is_one_that_its_field_can_have(name: str, text: str, value: str | None) -> None:
    assert value_of(name, text).get(name) == value


def test_text_hides_itself() -> None:
    hidden = line(NUMBER, 0, 0)
    assert NUMBER not in repr(hidden)
    assert NUMBER not in repr(hidden.letters)
    assert NUMBER not in repr(rows_of([hidden])) + repr(read(FRONT))
