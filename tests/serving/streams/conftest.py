from collections.abc import Iterator

import pytest

from tests.support.streams import LIMITS, House, open_house


@pytest.fixture
def house() -> Iterator[House]:
    with open_house(LIMITS) as house:
        yield house
