"""Reads the source as data: rooms, modules, imports, functions, lines."""

import ast
import io
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("_pb2.py", "_pb2_grpc.py")
# tests may import every room and are no room themselves.
TESTS = "tests"


@dataclass(frozen=True, slots=True)
class Room:
    """One row of docs/rooms.toml."""

    name: str
    may_import: frozenset[str]
    is_rim: bool
    is_planned: bool


@cache
def rooms() -> dict[str, Room]:
    """Return the table of rooms."""
    rows = tomllib.loads((ROOT / "docs/rooms.toml").read_text())
    return {
        name: Room(
            name,
            frozenset(rows if row.get("any") else row["imports"]),
            bool(row.get("rim")),
            bool(row.get("planned")),
        )
        for name, row in rows.items()
    }


@cache
def source_files() -> tuple[Path, ...]:
    """Return our own Python files of every room, generated ones left out."""
    return tuple(
        path
        for name in rooms()
        for path in sorted((ROOT / name).rglob("*.py"))
        if not path.name.endswith(GENERATED)
    )


@cache
def files_of_tests() -> tuple[Path, ...]:
    """Return the Python files of the tests."""
    return tuple(sorted((ROOT / TESTS).rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text(), str(path))


def room_of(path: Path) -> str:
    """Return the first part of the path below the root."""
    return path.relative_to(ROOT).parts[0]


def module_name(path: Path) -> str:
    """Return the dotted name that imports the file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(path: Path, with_typing: bool = True) -> set[str]:
    """Return every dotted name that the file imports, `from a import b` as `a` and `a.b`.

    with_typing: False leaves out what only `if TYPE_CHECKING:` imports.
    """
    tree = tree_of(path)
    left_out = set() if with_typing else {id(node) for node in _typing_only(tree)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.ImportFrom):
            base = _absolute(node, path)
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def _typing_only(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from ast.walk(node)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of the file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def function_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring and decorators."""
    first = node.body[0]
    has_doc = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    doc_lines = (first.end_lineno or 0) - first.lineno + 1 if has_doc else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - doc_lines


def is_typed(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether every parameter and the return value have an annotation."""
    args = node.args
    given = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    given += [arg for arg in (args.vararg, args.kwarg) if arg is not None]
    own = {"self", "cls", "mcs", "_"}
    return all(arg.annotation or arg.arg in own for arg in given) and (
        node.returns is not None or node.name == "__init__"
    )


def comment_count(path: Path) -> int:
    """Return the number of comments in the file."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return sum(token.type == tokenize.COMMENT for token in tokens)


def line_count(path: Path) -> int:
    """Return the number of lines of the file."""
    return len(path.read_text().splitlines())


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that belong to the repository."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return tuple(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())
