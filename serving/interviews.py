"""Interviews, put together: the service of cases, and the desk that makes attendances."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from base.clock import Clock
from kyc.policy_file import read_policy
from kyc.ports import Authority, DocumentDesk
from liveness.assembly import Liveness
from serving.audit.log import AuditLog
from serving.crypto.keyring import Keyring
from serving.galleries.service import GalleryService
from serving.galleries.vault import Vaults
from serving.interview.authority import FileAuthority
from serving.interview.background import LowPool
from serving.interview.desk import AttendDesk, AttendPorts, AttendVision
from serving.interview.face_files import CaseFaceFiles, FaceDeps
from serving.interview.files import CaseFiles
from serving.interview.models_in_use import models_in_use
from serving.interview.past_faces import PastFaces, Place
from serving.interview.recording_heads import RecordingHeads
from serving.interview.recording_types import RecordingLimits
from serving.interview.service import InterviewService
from serving.interview.types import Ticket
from serving.open_models import OpenModels, choose_models, picture_limits
from serving.settings import ServerSettings
from serving.storage.database import Database


@dataclass(frozen=True, slots=True)
class Interviews:
    """What serves interviews. past_faces: has something of cases to erase."""

    service: InterviewService
    desk: AttendDesk
    past_faces: PastFaces


def open_interviews(
    stack: ExitStack,
    settings: ServerSettings,
    database: Database,
    keyring: Keyring,
    galleries: GalleryService,
    models: OpenModels,
    liveness: Liveness,
    document: DocumentDesk | None,
    audit: AuditLog,
    clock: Clock,
) -> Interviews:
    """Read the policy and put everything together; `stack` closes it. Raises PolicyInvalidError.

    liveness: with the secret that draws are derived from. document: None where none is read.
    """
    limits = RecordingLimits(max_bytes=settings.interview.max_recording_bytes)
    files = CaseFiles(settings.data_dir, clock, limits, RecordingHeads(database, clock))
    policy = read_policy(settings.interview_policy_file)
    manifest, _, _ = choose_models(settings)
    facts = models_in_use(models.facts, manifest)
    service = InterviewService(
        *(database, keyring, audit, clock, policy, files),
        lambda: facts,
        settings.max_open_interviews,
    )
    vaults = Vaults(keyring, clock)

    past = PastFaces(database, vaults, clock, service.books.key_in)
    service.evidence.register(past)
    deps = FaceDeps(galleries, past, models.pipeline, audit, clock)
    pool = LowPool(settings.workers)
    stack.callback(pool.close)

    def open_faces(ticket: Ticket) -> CaseFaceFiles:
        place = Place(ticket.name, ticket.participant, ticket.key)
        return CaseFaceFiles(deps, place, ticket.product)

    desk = AttendDesk(
        service.books,
        files,
        AttendVision(models.vision, liveness, models.forgery, models.voice),
        AttendPorts(document, open_faces, _authority(settings, models, clock)),
        pool,
        settings.interview,
        picture_limits(settings),
        clock,
    )
    return Interviews(service, desk, past)


def _authority(
    settings: ServerSettings, models: OpenModels, clock: Clock
) -> Callable[[Ticket], Authority] | None:
    """Return what opens the authority's photographs; None where there is no folder of them."""
    folder = settings.interview_authority_dir
    if folder is None:
        return None
    limits = picture_limits(settings)
    return lambda ticket: FileAuthority(
        folder, models.pipeline, limits, ticket.product.face_fmr, clock
    )
