"""Figures as SVG text that refers to nothing outside itself."""

import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

# Matplotlib's own type for these keys is one literal of all their names.
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "smartbranch",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dde1e6",
    "grid.linewidth": 0.6,
    "axes.edgecolor": "#5f6b7a",
    "axes.axisbelow": True,
}
# Of what should be accepted, of what should not, and of neither.
GOOD_COLOUR = "#0a7d62"
BAD_COLOUR = "#b3472f"
LINE_COLOUR = "#1d4f91"
UNSURE_COLOUR = "#c9ced6"
GREY = "#5f6b7a"


def render(name: str, draw: Callable[[Axes], None]) -> str:
    """Draw on a figure of its own and return `<svg>...</svg>` with ids that start with `name`."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.6, 3.7), layout="constrained")
        draw(figure.add_subplot())
        for axis in (figure.axes[0].xaxis, figure.axes[0].yaxis):
            if axis.get_scale() == "log":
                axis.set_major_formatter(FuncFormatter(_plain_rate))
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(out, format="svg", metadata=nothing)
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    return re.sub(r'(url\(|href=")#', rf"\g<1>#{name}-", svg)


def _plain_rate(value: float, _: int) -> str:
    text = f"{value:g}"
    return text.replace("e-0", "e-")
