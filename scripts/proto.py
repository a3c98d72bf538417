"""Generate the Python code of the protos beside them."""

import re
import subprocess
import sys
from pathlib import Path

import google.api.annotations_pb2  # type: ignore[import-untyped]
import grpc_tools  # type: ignore[import-untyped]

PROTO_ROOT = Path("protos")
# Generated modules import each other by proto path; here they live below `protos`.
_OWN_IMPORT = re.compile(r"^(from|import) smartbranch\b", re.MULTILINE)


def sources(root: Path = PROTO_ROOT) -> list[Path]:
    """Return every proto below `root`, in order."""
    return sorted(root.rglob("*.proto"))


def include_dirs() -> list[Path]:
    """Return the folders with Google's own protos: well-known types and AIP annotations."""
    tools = Path(grpc_tools.__path__[0]) / "_proto"
    return [tools, Path(google.api.annotations_pb2.__file__).parents[2]]


def run_protoc(arguments: list[str]) -> None:
    """Run protoc on every proto. Raises CalledProcessError if one is wrong."""
    includes = [f"-I{path}" for path in (PROTO_ROOT, *include_dirs())]
    protos = [str(path) for path in sources()]
    # The mypy plugins are found beside the interpreter even if its folder is not on PATH.
    plugins = [
        f"--plugin={name}={Path(sys.executable).parent / name}"
        for name in ("protoc-gen-mypy", "protoc-gen-mypy_grpc")
    ]
    command = [sys.executable, "-m", "grpc_tools.protoc", *includes, *plugins, *arguments, *protos]
    subprocess.run(command, check=True)


def generate(out: Path) -> list[Path]:
    """Write the generated code below `out` and return the files."""
    out.mkdir(parents=True, exist_ok=True)
    run_protoc(
        [
            f"--python_out={out}",
            f"--grpc_python_out={out}",
            f"--mypy_out=quiet:{out}",
            f"--mypy_grpc_out=quiet:{out}",
        ]
    )
    written = sorted(path for path in out.rglob("*_pb2*") if path.suffix in {".py", ".pyi"})
    for path in written:
        _move_imports(path)
    return [path for path in written if path.exists()]


def _move_imports(path: Path) -> None:
    text = path.read_text()
    if "_pb2_grpc." in path.name and "add_" not in text:
        path.unlink()  # A proto without a service.
    else:
        path.write_text(_OWN_IMPORT.sub(r"\1 protos.smartbranch", text))


def main() -> None:
    """Generate in place, and drop what no longer has a proto."""
    kept = set(generate(PROTO_ROOT))
    for path in PROTO_ROOT.rglob("*_pb2*.py*"):
        if path not in kept and "__pycache__" not in path.parts:
            path.unlink()


if __name__ == "__main__":
    main()
