import graphlib
from pathlib import Path

from tests.support.source_tree import (
    ROOT,
    imported_names,
    module_name,
    room_of,
    rooms,
    source_files,
)

# What may be used at the rim alone; `protos` holds the generated messages.
RIM_ONLY = {"grpc", "grpc_health", "grpc_reflection", "grpc_status", "fastapi", "starlette",
            "uvicorn", "sqlalchemy", "alembic", "protos"}  # fmt: skip
NO_ROOM = {"tests", "scripts", "docs", "models", "requirements", "web", "build", "dist"}


def first_parts(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_names(path)}


def test_a_file_imports_only_what_its_room_may() -> None:
    found = {}
    for path in source_files():
        own = rooms()[room_of(path)]
        found[module_name(path)] = first_parts(path) & rooms().keys() - own.may_import - {own.name}
    assert not {name: wrong for name, wrong in found.items() if wrong}


def test_frameworks_stay_at_the_rim() -> None:
    inner = [path for path in source_files() if not rooms()[room_of(path)].is_rim]
    found = {module_name(path): first_parts(path) & RIM_ONLY for path in inner}
    assert not {name: wrong for name, wrong in found.items() if wrong}


def test_nothing_imports_the_tests() -> None:
    assert not [path for path in source_files() if "tests" in first_parts(path)]


def test_only_inference_opens_sessions() -> None:
    users = {room_of(path) for path in source_files() if "onnxruntime" in imported_names(path)}
    assert users <= {"inference", "bench"}


def test_modules_import_each_other_in_no_circle() -> None:
    modules = {module_name(path): path for path in source_files()}
    graph = {}
    for name, path in modules.items():
        used = imported_names(path, with_typing=False) & modules.keys() - {name}
        # `from package import module` needs the module; the package is only on the way there.
        graph[name] = used - {one.rpartition(".")[0] for one in used}
    # Raises CycleError, whose message lists the circle.
    graphlib.TopologicalSorter(graph).prepare()


def test_rooms_point_inward() -> None:
    inner = {name: room.may_import - {name} for name, room in rooms().items()}
    everything = {name for name, imports in inner.items() if len(imports) == len(inner) - 1}
    graphlib.TopologicalSorter(
        {name: imports - everything for name, imports in inner.items() if name not in everything}
    ).prepare()


def test_the_table_and_the_folders_agree() -> None:
    folders = {
        path.parent.name for path in ROOT.glob("*/*.py") if not path.parent.name.startswith(".")
    } - NO_ROOM
    there = {name for name, room in rooms().items() if (ROOT / name).is_dir()}
    assert folders <= rooms().keys()
    assert there == {name for name, room in rooms().items() if not room.is_planned}


def test_every_room_has_a_page() -> None:
    architecture = (ROOT / "docs/architecture.md").read_text()
    for name in rooms():
        assert f"`{name}/`" in architecture, f"docs/architecture.md does not mention {name}/"
