"""Importing a module does nothing: no thread, no log set-up, no environment read."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.source_tree import ROOT, module_name, source_files, tree_of

DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.If,
    ast.Try,
)
# Alembic runs its environment and its revisions by importing them; a peer of the benchmark is
# imported in an environment of its own.
NOT_IMPORTED_HERE = {"migrations", "peers"}
LOOK_AROUND = """
import importlib, json, logging, sys, threading
handlers = len(logging.getLogger().handlers)
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        # training/requirements.txt, which the product and its tests do without.
        if not name.startswith("training.") or error.name != "torch":
            raise
print(json.dumps({
    "threads": [thread.name for thread in threading.enumerate()],
    "new_handlers": len(logging.getLogger().handlers) - handlers,
}))
"""


def importable() -> list[Path]:
    return [path for path in source_files() if not NOT_IMPORTED_HERE & set(path.parts)]


def statements_run_by_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what runs when the module is imported, without function bodies."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))


def test_a_module_only_defines() -> None:
    found = []
    for path in importable():
        for node in tree_of(path).body if path.name != "__main__.py" else ():
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if not is_text and not isinstance(node, DEFINITIONS):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found


def test_a_module_reads_no_environment() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in importable()
        for node in statements_run_by_import(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert not found


def test_importing_everything_starts_nothing() -> None:
    names = [module_name(path) for path in importable() if path.name != "__main__.py"]
    run = subprocess.run(
        [sys.executable, "-c", LOOK_AROUND, json.dumps(names)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {"threads": ["MainThread"], "new_handlers": 0}
