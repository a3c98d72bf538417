"""Split the resolved GPU requirements in two: with and without their dependencies."""

import sys
from pathlib import Path

LEFT_OUT = "onnxruntime"
SET_APART = "insightface"


def entries(lock: str) -> dict[str, str]:
    """Return each requirement's lines, hashes included, by package name."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if line[0].isalnum():
            name = line.partition("==")[0]
        if name and not line.startswith("#"):
            found[name] = found.get(name, "") + line
    return found


def main(whole: Path, with_dependencies: Path, without: Path) -> None:
    """Write the two files."""
    found = entries(whole.read_text())
    del found[LEFT_OUT]
    without.write_text(found.pop(SET_APART))
    with_dependencies.write_text("".join(found.values()))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
