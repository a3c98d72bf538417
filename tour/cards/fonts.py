"""The fonts that specimens are written in, as the system has them."""

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from base.errors import SettingsError
from tour.photographs import shipped_file

Font = ImageFont.FreeTypeFont

_FONTS = Path("/usr/share/fonts")
# The first is what scripts/setup installs.
_CHINESE = (
    "truetype/wqy/wqy-microhei.ttc",
    "truetype/wqy/wqy-zenhei.ttc",
    "opentype/noto/NotoSansCJK-Regular.ttc",
)
_OCR_B = "opentype/ocr-b/OCRB.otf"


def chinese_fonts() -> tuple[Path, ...]:
    """Return the Chinese fonts of this machine, the usual one first; empty if there is none."""
    return tuple(path for name in _CHINESE if (path := _FONTS / name).is_file())


def chinese_font() -> Path:
    """Return a Chinese font. Raises SettingsError where there is none."""
    for path in chinese_fonts():
        return path
    raise SettingsError(
        "no Chinese font was found to draw specimens with; on Debian, "
        "`apt-get install fonts-wqy-microhei` brings one"
    )


def digits_font() -> Path:
    """Return the font of even width that matplotlib carries."""
    return shipped_file("matplotlib", "mpl-data/fonts/ttf/DejaVuSansMono.ttf")


def machine_font() -> Path:
    """Return OCR-B, which machine-readable zones are printed in, or what is nearest to it."""
    path = _FONTS / _OCR_B
    return path if path.is_file() else digits_font()


@lru_cache(maxsize=64)
def font(path: Path, size_px: int) -> Font:
    """Open a font at a size."""
    return ImageFont.truetype(path, size_px)
