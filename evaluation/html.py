"""What every report page is made of: text, tables, figures and one style; no scripts."""

import html
from collections.abc import Iterable, Sequence

from evaluation.bootstrap import Interval


def text(value: str) -> str:
    """Return the text with what HTML would read as its own escaped."""
    return html.escape(value)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], is_dense: bool = False) -> str:
    """Return a table of plain texts. is_dense: small, and no cell is broken into lines."""
    head = "".join(f"<th>{text(name)}</th>" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in cells) + "</tr>" for cells in rows
    )
    kind = ' class="dense"' if is_dense else ""
    return f'<div class="wide"><table{kind}><tr>{head}</tr>{body}</table></div>'


def bullets(lines: Iterable[str]) -> str:
    """Return a list of plain texts."""
    return "<ul>" + "".join(f"<li>{text(line)}</li>" for line in lines) + "</ul>"


def figures(drawn: Iterable[tuple[str, str]]) -> str:
    """Return SVG figures with their captions, (caption, svg) each."""
    boxes = "".join(
        f"<figure>{svg}<figcaption>{text(caption)}</figcaption></figure>" for caption, svg in drawn
    )
    return f'<div class="figures">{boxes}</div>'


def percent_range(span: Interval | None) -> str:
    """Return `1.23% to 4.56%`, nothing without an interval."""
    return f"{span.low:.2%} to {span.high:.2%}" if span else ""


def page(title: str, body: str) -> str:
    """Return the whole page; `body` is HTML."""
    return _PAGE.format(title=text(title), body=body)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1c2733; background: #f6f7f9; margin: 0; }}
main {{ max-width: 1080px; margin: 0 auto; padding: 2rem 1.2rem 4rem; }}
h1 {{ font-size: 1.6rem; }} h2 {{ font-size: 1.15rem; margin-top: 2.2rem; }}
.headline {{ font-size: 1.3rem; background: #fff; border: 1px solid #dde1e6; padding: .8rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; background: #fff; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: left; padding: .35rem .8rem; border-bottom: 1px solid #dde1e6; }}
th {{ font-weight: 600; white-space: nowrap; }}
.dense {{ font-size: .86rem; }} .dense td {{ white-space: nowrap; }}
.dense th, .dense td {{ padding: .3rem .6rem; }}
.figures {{ display: grid; gap: 1rem; }}
.figures {{ grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); }}
figure {{ margin: 0; background: #fff; padding: .8rem; border: 1px solid #dde1e6; }}
figure svg {{ width: 100%; height: auto; }} figcaption {{ color: #5f6b7a; font-size: .9rem; }}
</style></head><body><main>
<h1>{title}</h1>
{body}
</main></body></html>
"""
