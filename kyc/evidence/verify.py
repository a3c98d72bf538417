"""Whether a pack is as it was signed: every byte of it is looked at."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from base.errors import EvidenceInvalidError
from kyc.evidence.archive import MAX_PACK_BYTES, Entry, check_sum, read_archive, read_entry
from kyc.evidence.canonical import canonical
from kyc.evidence.manifest import AUDIT, FORMAT, FORMAT_VERSION, content_hash
from kyc.evidence.signing import MAX_KEY_BYTES, SUITES, find_suite, key_id
from kyc.evidence.types import (
    KEY,
    MANIFEST,
    SIGNATURE,
    EvidenceCheck,
    EvidenceReport,
    SignerStanding,
)

MAX_MANIFEST_BYTES = 16 * 1024 * 1024
MAX_SIGNATURE_BYTES = 64 * 1024
Entries = Mapping[str, Entry]


def verify_pack(path: Path, trusted: Sequence[bytes] = ()) -> EvidenceReport:
    """Check a pack. trusted: public keys, PEM, of those who may have signed it.

    Raises EvidenceInvalidError for a file that is no pack at all, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size > MAX_PACK_BYTES:
                raise EvidenceInvalidError("the file is larger than a pack may be")
            return verify_file(file, trusted)
    except OSError as error:
        raise EvidenceInvalidError(f"the pack cannot be read: {error.strerror}") from None


def verify_file(file: BinaryIO, trusted: Sequence[bytes] = ()) -> EvidenceReport:
    """Check a pack that is open for reading; see `verify_pack`."""
    trusted_ids = {key_id(read_key(pem)) for pem in trusted}
    if file.read(2) != b"PK":
        raise EvidenceInvalidError("the file is no evidence pack: it is no zip file")
    try:
        entries = {one.name: one for one in read_archive(file)}
    except EvidenceInvalidError as error:
        return EvidenceReport((EvidenceCheck("archive", False, error.message),))
    checks = [
        EvidenceCheck("archive", True, f"The zip file is of the one form: {len(entries)} files")
    ]
    try:
        signed_by, manifest = _signed(file, entries)
    except EvidenceInvalidError as error:
        return EvidenceReport((*checks, EvidenceCheck("signature", False, error.message)))
    checks.append(EvidenceCheck("signature", True, "The signature is over this manifest"))
    standing = _standing(signed_by, trusted_ids)
    checks.append(_about_the_signer(standing))
    checks += _check_files(file, entries, manifest)
    checks.append(_check_anchor(manifest))
    checks += _about_recordings(manifest)
    return EvidenceReport(tuple(checks), standing, signed_by, manifest)


def read_key(pem: bytes) -> bytes:
    """Return a public key in its one form. Raises EvidenceInvalidError."""
    problems = []
    for suite in SUITES.values():
        try:
            return suite.read_key(pem)
        except EvidenceInvalidError as error:
            problems.append(error)
    raise problems[0]


def _signed(file: BinaryIO, entries: Entries) -> tuple[str, Mapping[str, Any]]:
    """Return whose signature the manifest bears, by key id, and what it says."""
    manifest = _read(file, entries, MANIFEST, MAX_MANIFEST_BYTES)
    said = _parse(manifest, MANIFEST)
    if (said.get("format"), said.get("format_version")) != (FORMAT, FORMAT_VERSION):
        raise EvidenceInvalidError("the manifest is of a format that this version does not know")
    signature_file = _read(file, entries, SIGNATURE, MAX_SIGNATURE_BYTES)
    signature = _only_signature(_parse(signature_file, SIGNATURE))
    suite = find_suite(signature["suite"])
    pem = _read(file, entries, KEY, MAX_KEY_BYTES)
    if suite.read_key(pem) != pem:
        raise EvidenceInvalidError(f"{KEY} is not in its one form")
    own = {"suite": signature["suite"], "key_id": key_id(pem)}
    if said.get("signing") != [own] or signature["key_id"] != own["key_id"]:
        raise EvidenceInvalidError("the manifest names another signer than the signature")
    if not suite.is_genuine(pem, manifest, _from_hex(signature["signature"])):
        raise EvidenceInvalidError(
            "the signature is not over this manifest: one of them was changed"
        )
    return own["key_id"], said


def _only_signature(content: Mapping[str, Any]) -> Mapping[str, str]:
    signatures = content.get("signatures")
    if content.keys() != {"signatures"} or not isinstance(signatures, list):
        raise EvidenceInvalidError(f"{SIGNATURE} holds no signatures")
    if len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise EvidenceInvalidError(f"{SIGNATURE} holds {len(signatures)} signatures; expected one")
    only = signatures[0]
    is_text = all(isinstance(item, str) for item in only.values())
    if only.keys() != {"suite", "key_id", "signature"} or not is_text:
        raise EvidenceInvalidError(f"{SIGNATURE} holds a signature of another form")
    return only


def _from_hex(text: str) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    if data.hex() != text:
        raise EvidenceInvalidError(f"{SIGNATURE} holds no signature")
    return data


def _read(file: BinaryIO, entries: Entries, name: str, most: int) -> bytes:
    entry = entries.get(name)
    if entry is None:
        raise EvidenceInvalidError(f"{name} is missing")
    if entry.byte_count > most:
        raise EvidenceInvalidError(f"{name} is too long to be one")
    if not check_sum(file, entry, lambda _: None):
        raise EvidenceInvalidError(f"{name} was changed")
    return read_entry(file, entry)


def _parse(data: bytes, name: str) -> Mapping[str, Any]:
    try:
        content = json.loads(data)
        if isinstance(content, dict) and canonical(content) == data:
            return content
    except (ValueError, RecursionError):
        pass
    raise EvidenceInvalidError(f"{name} is not as it was written")


def _standing(signed_by: str, trusted_ids: set[str]) -> SignerStanding:
    if not trusted_ids:
        return SignerStanding.UNKNOWN
    return SignerStanding.TRUSTED if signed_by in trusted_ids else SignerStanding.OTHER


def _about_the_signer(standing: SignerStanding) -> EvidenceCheck:
    passed, text = {
        SignerStanding.TRUSTED: (True, "A key that is trusted signed it"),
        SignerStanding.UNKNOWN: (
            None,
            "No trusted key was given: by whom it was signed is not proven",
        ),
        SignerStanding.OTHER: (False, "It was signed by another key than the trusted ones"),
    }[standing]
    return EvidenceCheck("signer", passed, text)


def _check_files(
    file: BinaryIO, entries: Entries, manifest: Mapping[str, Any]
) -> list[EvidenceCheck]:
    """Compare the pack's files with what the manifest says of each; every problem is named."""
    listed = _listed(manifest)
    if listed is None:
        return [EvidenceCheck("files", False, "The manifest does not say what the pictures are")]
    there = entries.keys() - {MANIFEST, SIGNATURE, KEY}
    problems = [f"{name} is missing" for name in sorted(listed.keys() - there)]
    problems += [f"{name} is not in the manifest" for name in sorted(there - listed.keys())]
    for name in sorted(there & listed.keys()):
        digest = hashlib.sha256()
        is_whole = check_sum(file, entries[name], digest.update)
        if not is_whole or listed[name] != (entries[name].byte_count, digest.hexdigest()):
            problems.append(f"{name} was changed")
    if not problems:
        text = f"{len(listed)} pictures are the ones that the manifest names"
        return [EvidenceCheck("files", True, text)]
    return [EvidenceCheck("files", False, problem) for problem in problems]


def _listed(manifest: Mapping[str, Any]) -> dict[str, tuple[int, str]] | None:
    """Return size and hash of each file that the manifest names, None if it is no list of such."""
    try:
        listed = {one["name"]: (one["byte_count"], one["sha256"]) for one in manifest["files"]}
    except (KeyError, TypeError):
        return None
    return listed if len(listed) == len(manifest["files"]) else None


def _about_recordings(manifest: Mapping[str, Any]) -> list[EvidenceCheck]:
    """Say which recordings were found damaged when the pack was made; nothing where none was."""
    try:
        people = [(one["id"], one["recording"]) for one in manifest["participants"]]
        damaged = [person for person, recording in people if recording and recording["problem"]]
    except (KeyError, TypeError):
        return [EvidenceCheck("recordings", None, "What is said of recordings cannot be read")]
    text = "was damaged already when the pack was made"
    return [EvidenceCheck("recordings", None, f"The recording of {who} {text}") for who in damaged]


def _check_anchor(manifest: Mapping[str, Any]) -> EvidenceCheck:
    """Compare the manifest with the audit line that it brings; the log itself may be far away."""
    try:
        line = manifest[AUDIT]
        place, content = f"line {line['sequence']} of {line['writer']}", line["details"]["content"]
    except (KeyError, TypeError):
        return EvidenceCheck("audit_line", False, "The manifest names no line of the audit log")
    if content != content_hash(manifest):
        return EvidenceCheck("audit_line", False, "The audit line was written for another pack")
    return EvidenceCheck("audit_line", True, f"It brings the audit line written for it, {place}")
