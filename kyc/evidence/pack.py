"""An evidence pack: pictures, a manifest that names each of them, and a signature over it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kyc.evidence.archive import Content, pack_size, write_archive
from kyc.evidence.canonical import Json, canonical
from kyc.evidence.manifest import AUDIT, build_manifest, content_hash, file_name
from kyc.evidence.signing import Signer, key_id
from kyc.evidence.types import KEY, MANIFEST, SIGNATURE, CaseEvidence

AuditLine = Mapping[str, object]


@dataclass(frozen=True, slots=True, repr=False)
class Pack:
    """A pack that is ready to be written."""

    manifest: bytes
    contents: tuple[Content, ...]

    def __repr__(self) -> str:
        return f"Pack({len(self.contents)} files, contents=<hidden>)"

    @property
    def byte_count(self) -> int:
        """How long the pack is."""
        return pack_size(self.contents)

    def parts(self) -> Iterator[bytes]:
        """Yield the pack's bytes. The same pack is the same bytes."""
        return write_archive(self.contents)


def make_pack(evidence: CaseEvidence, signer: Signer, anchor: Callable[[str], AuditLine]) -> Pack:
    """Return the pack of a case. Raises ValueError if it would be too large.

    anchor: writes the audit line that holds the hash of the manifest, and returns the line.
    """
    said = build_manifest(evidence, [signer])
    manifest = canonical({**said, AUDIT: dict(anchor(content_hash(said)))})
    contents = [
        Content.of(MANIFEST, manifest),
        Content.of(SIGNATURE, _signature(signer, manifest)),
        Content.of(KEY, signer.public_key),
    ]
    for participant in evidence.participants:
        for one in participant.attachments:
            name = file_name(participant.id, one)
            contents.append(Content(name, one.byte_count, one.crc, one.read))
    pack = Pack(manifest, tuple(sorted(contents, key=lambda one: one.name)))
    assert pack.byte_count
    return pack


def _signature(signer: Signer, manifest: bytes) -> bytes:
    signature: Json = {
        "suite": signer.suite,
        "key_id": key_id(signer.public_key),
        "signature": signer.sign(manifest).hex(),
    }
    return canonical({"signatures": [signature]})
