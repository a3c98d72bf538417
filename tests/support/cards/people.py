"""Invented people, with all that a resident identity card says of them; seeded."""

from datetime import date, timedelta

import numpy as np

from tour.cards.holder import Holder, make_number
from vision.documents.cn_names import ETHNICITIES

TODAY = date(2026, 6, 1)
_FAMILY = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏"
    "陶姜戚谢邹喻柏章苏潘葛范彭郎鲁韦马苗凤花方俞任袁柳"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红鑫波斌宇浩凯健俊帆雪梅琳晶欢"
    "玲丹萌思雨欣怡嘉诗涵梓轩子睿泽宸一三乙川山云飞龙虎卉卿婷婧昊旭晨暄朗森楠榕樱沁泓润渊"
    "瀚炜煜熙燕玥珂珊琪瑜瑞瑶璇"
)
_LONG_NAMES = ("阿卜杜拉·买买提", "古丽米热·艾尼瓦尔", "扎西多吉", "欧阳修远", "司马云飞", "诸葛明")
_PLACES = (
    ("110105", "北京市朝阳区", "北京市公安局朝阳分局"),
    ("310104", "上海市徐汇区", "上海市公安局徐汇分局"),
    ("430105", "湖南省长沙市开福区", "长沙市公安局开福分局"),
    ("440106", "广东省广州市天河区", "广州市公安局天河分局"),
    ("510107", "四川省成都市武侯区", "成都市公安局武侯分局"),
    ("320583", "江苏省昆山市", "昆山市公安局"),
    ("370202", "山东省青岛市市南区", "青岛市公安局市南分局"),
    ("650102", "新疆乌鲁木齐市天山区", "乌鲁木齐市公安局天山区分局"),
    ("530502", "云南省保山市隆阳区", "保山市公安局隆阳分局"),
    ("230103", "黑龙江省哈尔滨市南岗区", "哈尔滨市公安局南岗分局"),
)
_STREETS = (
    "中山路",
    "人民东路",
    "解放大道",
    "幸福小区",
    "和平里",
    "建设街",
    "长江路",
    "文化巷",
    "青年大街",
    "南湖新村",
)
_PARTS = ("居民组", "东区", "一村", "三里", "西街", "")
_ETHNICITIES = sorted(ETHNICITIES)
_FIRST_BIRTH, _BIRTH_DAYS = date(1950, 1, 1), 365 * 57


def random_holder(random: np.random.Generator) -> Holder:
    """Return one invented person who has a card that holds today."""
    birth = _FIRST_BIRTH + timedelta(days=int(random.integers(_BIRTH_DAYS)))
    region, place, authority = _PLACES[random.integers(len(_PLACES))]
    order = int(random.integers(1000))
    start, end = _validity(birth, random)
    return Holder(
        name=_name(random),
        sex="男" if order % 2 else "女",
        ethnicity="汉" if random.random() < 0.5 else str(random.choice(_ETHNICITIES)),
        birth_date=birth,
        address=_address(place, random),
        number=make_number(region, birth, order),
        authority=authority,
        valid_from=start,
        valid_until=end,
    )


def _name(random: np.random.Generator) -> str:
    if random.random() < 0.06:
        return str(random.choice(_LONG_NAMES))
    given = random.choice(list(_GIVEN), size=int(random.integers(1, 3)))
    return str(random.choice(list(_FAMILY))) + "".join(given)


def _address(place: str, random: np.random.Generator) -> str:
    words = place + str(random.choice(_STREETS)) + str(random.choice(_PARTS))
    words += f"{random.integers(1, 400)}号"
    if random.random() < 0.6:
        words += (
            f"{random.integers(1, 40)}栋{random.integers(1, 5)}单元{random.integers(101, 2900)}室"
        )
    return words


def _validity(birth: date, random: np.random.Generator) -> tuple[date, date | None]:
    """Return a span as the law gives it for the age at issue, that holds today."""
    issued_days = int(random.integers(30, 365 * 4))
    start = TODAY - timedelta(days=issued_days)
    start = start.replace(day=min(start.day, 28))
    age = (start - birth).days / 365.25
    if age >= 46:
        return start, None
    years = 5 if age < 16 else 10 if age < 26 else 20
    return start, start.replace(year=start.year + years)
