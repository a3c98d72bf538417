"""Generate what the pages share with the server: messages, and words by their codes."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from kyc import words as interview_words
from liveness.words import ADVICE, NOTICES, PROMPTS, REASONS, Words
from lobby.words import ALERTS
from scripts import proto

OUT = Path("web/src/gen")
PLUGIN = Path("web/node_modules/.bin/protoc-gen-es")
SPOKEN = (
    "smartbranch/edge/v1/edge_service.proto",
    "smartbranch/kyc/v1/interview_service.proto",
    "smartbranch/liveness/v1/liveness_service.proto",
    "smartbranch/lobby/v1/lobby_service.proto",
)


def generate(out: Path) -> list[Path]:
    """Write a module for each proto that the pages need, and the words; return the files."""
    out.mkdir(parents=True, exist_ok=True)
    flags = [f"--plugin=protoc-gen-es={PLUGIN}", f"--es_out={out}", "--es_opt=target=ts"]
    subprocess.run([*_protoc(), *flags, *_needed()], check=True)
    (out / "liveness_words.json").write_text(_by_language(_session_words()))
    (out / "lobby_words.json").write_text(_by_language({"alert": ALERTS}))
    (out / "interview_words.json").write_text(_by_language({"reason": _case_words()}))
    return sorted([*out.rglob("*_pb.ts"), *out.glob("*_words.json")])


def _session_words() -> dict[str, Mapping[str, Words]]:
    """Return the words of sessions, for a page whose language changes while one runs."""
    return {
        "prompt": {challenge.value: words for challenge, words in PROMPTS.items()},
        "advice": ADVICE,
        "notice": NOTICES,
        "reason": {**ADVICE, **NOTICES, **REASONS},
    }


def _case_words() -> Mapping[str, Words]:
    """Return the words of what is found in interviews, for those who decide about it."""
    found = {**interview_words.ADVICE, **interview_words.NOTICES, **interview_words.REASONS}
    return {**ADVICE, **NOTICES, **REASONS, **found}


def _by_language(tables: Mapping[str, Mapping[str, Words]]) -> str:
    by_language = {
        kind: {code: {"en": english, "zh": chinese} for code, (english, chinese) in table.items()}
        for kind, table in tables.items()
    }
    return json.dumps(by_language, ensure_ascii=False, indent=2) + "\n"


def _protoc() -> list[str]:
    includes = [f"-I{path}" for path in (proto.PROTO_ROOT, *proto.include_dirs())]
    return [sys.executable, "-m", "grpc_tools.protoc", *includes]


def _needed() -> list[str]:
    """Return what is spoken and all that it imports; Google's own types come with the library."""
    names = {name for spoken in SPOKEN for name in _imported(spoken)}
    return sorted(name for name in names if not name.startswith("google/protobuf/"))


def _imported(spoken: str) -> list[str]:
    """Return a proto and what it imports, directly or not."""
    command = [*_protoc(), "--dependency_out=/dev/stdout", "--descriptor_set_out=/dev/null", spoken]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    roots = [str(path) for path in (proto.PROTO_ROOT, *proto.include_dirs())]
    return [_below(path, roots) for path in told.partition(":")[2].replace("\\\n", " ").split()]


def _below(path: str, roots: list[str]) -> str:
    return next(path[len(root) + 1 :] for root in roots if path.startswith(root + "/"))


def main() -> None:
    """Generate in place, and drop what is no longer needed."""
    kept = set(generate(OUT))
    for path in OUT.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()


if __name__ == "__main__":
    main()
