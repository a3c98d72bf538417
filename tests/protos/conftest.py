import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from google.protobuf import descriptor_pb2

SCRIPT = Path("scripts/proto.py")


@pytest.fixture(scope="session")
def proto_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("proto_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def proto_files(
    proto_script: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> list[descriptor_pb2.FileDescriptorProto]:
    out = tmp_path_factory.mktemp("descriptors") / "all.pb"
    proto_script.run_protoc([f"--descriptor_set_out={out}", "--include_source_info"])
    return list(descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file)
