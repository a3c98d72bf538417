"""Generate the TypeScript of the messages that the pages speak."""

import subprocess
import sys
from pathlib import Path

from scripts import proto

OUT = Path("web/src/gen")
PLUGIN = Path("web/node_modules/.bin/protoc-gen-es")
SPOKEN = "smartbranch/liveness/v1/liveness_service.proto"


def generate(out: Path) -> list[Path]:
    """Write one module for each proto that the pages need below `out` and return them."""
    out.mkdir(parents=True, exist_ok=True)
    flags = [f"--plugin=protoc-gen-es={PLUGIN}", f"--es_out={out}", "--es_opt=target=ts"]
    subprocess.run([*_protoc(), *flags, *_needed()], check=True)
    return sorted(out.rglob("*_pb.ts"))


def _protoc() -> list[str]:
    includes = [f"-I{path}" for path in (proto.PROTO_ROOT, *proto.include_dirs())]
    return [sys.executable, "-m", "grpc_tools.protoc", *includes]


def _needed() -> list[str]:
    """Return what is spoken and all that it imports; Google's own types come with the library."""
    command = [*_protoc(), "--dependency_out=/dev/stdout", "--descriptor_set_out=/dev/null", SPOKEN]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    roots = [str(path) for path in (proto.PROTO_ROOT, *proto.include_dirs())]
    names = [_below(path, roots) for path in told.partition(":")[2].replace("\\\n", " ").split()]
    return [name for name in names if not name.startswith("google/protobuf/")]


def _below(path: str, roots: list[str]) -> str:
    return next(path[len(root) + 1 :] for root in roots if path.startswith(root + "/"))


def main() -> None:
    """Generate in place, and drop what is no longer needed."""
    kept = set(generate(OUT))
    for path in OUT.rglob("*_pb.ts"):
        if path not in kept:
            path.unlink()


if __name__ == "__main__":
    main()
