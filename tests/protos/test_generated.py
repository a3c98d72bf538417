from pathlib import Path
from types import ModuleType


def test_generated_code_is_what_the_protos_give_now(
    proto_script: ModuleType, tmp_path: Path
) -> None:
    fresh = {path.relative_to(tmp_path): path for path in proto_script.generate(tmp_path)}
    kept = {
        path.relative_to("protos"): path
        for path in Path("protos").rglob("*_pb2*")
        if path.suffix in {".py", ".pyi"}
    }
    assert set(fresh) == set(kept), "run scripts/proto"
    stale = [
        str(name) for name, path in fresh.items() if path.read_text() != kept[name].read_text()
    ]
    assert not stale, "run scripts/proto"
