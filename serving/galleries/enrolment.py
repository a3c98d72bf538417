"""Enrolment: pictures become templates of one subject, all or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from base.errors import (
    DifferentPersonError,
    InvalidArgumentError,
    SubjectExistsError,
)
from base.ids import SubjectName
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.galleries.answers import from_answer, to_answer
from serving.galleries.candidates import search_point
from serving.galleries.catalogue import Catalogue
from serving.galleries.deps import Deps, check_tenant
from serving.galleries.duplicates import find_duplicates
from serving.galleries.erasing import Eraser
from serving.galleries.pictures import (
    DIFFERENT_PERSON,
    SAME_PICTURE,
    Selection,
    keep_one_person,
    read_pictures,
    refuse,
)
from serving.galleries.repeats import Repeat
from serving.galleries.subjects import NewSubject, add_subject, add_templates, check_new
from serving.galleries.types import (
    Enrolment,
)
from serving.galleries.vault import TenantVault
from serving.storage.database import Transaction
from serving.storage.records import TenantRecords
from serving.storage.schema import GalleryRow, SubjectRow

_MAX_DISPLAY_NAME = 200
_MAX_DUPLICATES = 5
_CLOCK_TOLERANCE = timedelta(minutes=5)
AlsoStore = Callable[[Transaction, Enrolment], None]


@dataclass(frozen=True, slots=True, repr=False)
class _Job:
    """One enrolment on its way; `new` is None where the subject has to be there."""

    caller: Caller
    name: SubjectName
    new: NewSubject | None
    may_exist: bool
    selection: Selection
    repeat: Repeat
    also: AlsoStore | None


class Enroller:
    """Enrols subjects and adds pictures to them."""

    def __init__(self, deps: Deps, catalogue: Catalogue, eraser: Eraser) -> None:
        self._deps = deps
        self._catalogue = catalogue
        self._eraser = eraser

    def enrol(
        self,
        caller: Caller,
        name: SubjectName,
        pictures: Sequence[bytes],
        new: NewSubject | None,
        request_id: str = "",
        *,
        may_exist: bool = False,
        also: AlsoStore | None = None,
    ) -> Enrolment:
        """Enrol a subject, or add to one.

        new: what to store of a new subject; None if the subject has to be there.
        may_exist: whether pictures are added where the subject is there already.
        also: stores more in the same transaction.
        """
        check_tenant(caller, name)
        self._check_pictures(pictures)
        repeat = Repeat(request_id, "subject.enrol", str(name), _content(new, pictures))
        with self._deps.database.read() as transaction:
            records = transaction.tenant(name.tenant)
            gallery = records.galleries.get(name.gallery)
            self._deps.check_model(gallery)
            vault = self._deps.vaults.open(records)
            answer = repeat.answer(records, vault)
            if answer is not None:
                return self._repeated(records, gallery, vault, name, answer)
            expired = self._check_subject(records, gallery, name, new, may_exist)
            # Loaded here, so that no other writer waits for it below.
            self._deps.indexes.current(records, gallery, vault)
            macs = [vault.picture_mac(gallery.id, picture) for picture in pictures]
        if expired:
            self._eraser.erase_subject(caller, name)
        selection = read_pictures(self._deps.pipeline, self._deps.limits, pictures, macs)
        job = _Job(caller, name, new, may_exist, selection, repeat, also)
        return self._store(job)

    def _check_pictures(self, pictures: Sequence[bytes]) -> None:
        most = self._deps.settings.max_pictures
        if not 1 <= len(pictures) <= most:
            raise InvalidArgumentError(
                f"expected 1 to {most} pictures, got {len(pictures)}", field="pictures"
            )

    def _check_subject(
        self,
        records: TenantRecords,
        gallery: GalleryRow,
        name: SubjectName,
        new: NewSubject | None,
        may_exist: bool,
    ) -> bool:
        """Check everything that can be told before the pictures are read.

        Returns whether a subject of this id expired and has to make room.
        """
        if new is None:
            self._catalogue.check_not_expired(records.subjects.get(gallery, name.subject), name)
            return False
        row = records.subjects.find(gallery, name.subject)
        now = self._deps.clock.now()
        is_expired = row is not None and row.expires_at is not None and row.expires_at <= now
        if row is not None and not is_expired:
            if may_exist:
                return False
            raise SubjectExistsError(
                f"the subject {name} exists already; add pictures to it, or delete it first",
                subject=name,
            )
        check_new(new, gallery, now)
        return is_expired

    def _store(self, job: _Job) -> Enrolment:
        """Write everything in one transaction, after a last look at what changed meanwhile."""
        with self._deps.database.write() as transaction:
            records = transaction.tenant(job.name.tenant)
            gallery = records.galleries.get(job.name.gallery)
            self._deps.check_model(gallery)
            vault = self._deps.vaults.open(records)
            answer = job.repeat.answer(records, vault)
            if answer is not None:
                return self._repeated(records, gallery, vault, job.name, answer)
            self._check_subject(records, gallery, job.name, job.new, job.may_exist)
            row = records.subjects.find(gallery, job.name.subject)
            job = replace(job, selection=self._select(records, gallery, vault, row, job))
            duplicates = find_duplicates(
                self._deps, records, gallery, vault, job.name.subject, job.selection.candidates
            )
            if row is None:
                assert job.new is not None
                row, own = add_subject(self._deps, records, gallery, vault, job.name, job.new)
            else:
                own = vault.subject(job.name, row.wrapped_key)
            accepted = add_templates(self._deps, records, gallery, row, own, job.selection)
            subject = self._catalogue.to_subjects(records, gallery, vault, [row])[0]
            enrolment = Enrolment(subject, accepted, job.selection.rejected, duplicates)
            now = self._deps.clock.now()
            job.repeat.remember(records, vault, to_answer(enrolment), now)
            self._record(transaction, job, enrolment)
            if job.also is not None:
                job.also(transaction, enrolment)
            return enrolment

    def _select(
        self,
        records: TenantRecords,
        gallery: GalleryRow,
        vault: TenantVault,
        row: SubjectRow | None,
        job: _Job,
    ) -> Selection:
        """Return the pictures that become templates, and the rest with reasons.

        Raises what `refuse` gives, and DifferentPersonError, if no picture stays.
        """
        templates = [] if row is None else records.templates.of_subject(row)
        selection = _without_known(job.selection, {template.picture_mac for template in templates})
        only_known = bool(job.selection.candidates) and not selection.candidates
        known = []
        if row is not None:
            own = vault.subject(job.name, row.wrapped_key)
            known = [
                own.open_vector(one.template, one.model_id, one.sealed_vector)
                for one in templates
                if one.model_id == gallery.model_id
            ]
        fmr = self._deps.settings.agreement_fmr
        threshold = search_point(self._deps.table, fmr, 1).threshold
        selection = keep_one_person(selection, known, threshold, fmr)
        self._check_room(len(templates) + len(selection.candidates))
        if selection.candidates or only_known:
            return selection
        if any(one.reasons[0].code == DIFFERENT_PERSON for one in selection.rejected):
            raise DifferentPersonError(
                f"the pictures do not match subject {job.name} at a false match rate of {fmr:g}",
                subject=job.name,
            )
        raise refuse(selection)

    def _check_room(self, count: int) -> None:
        most = self._deps.settings.max_templates
        if count > most:
            raise InvalidArgumentError(
                f"a subject has at most {most} templates, this would make {count}",
                field="pictures",
            )

    def _record(self, transaction: Transaction, job: _Job, enrolment: Enrolment) -> None:
        details: Details = {
            "accepted": len(enrolment.accepted),
            "rejected": len(enrolment.rejected),
            "possible_duplicates": len(enrolment.possible_duplicates),
            "request_id": job.repeat.request_id,
        }
        event = AuditEvent(
            job.caller.subject,
            job.name.tenant,
            "subject.enrol" if job.new is not None else "subject.add-pictures",
            str(job.name),
            Outcome.OK,
            details,
        )
        self._deps.audit.record(transaction, event)

    def _repeated(
        self,
        records: TenantRecords,
        gallery: GalleryRow,
        vault: TenantVault,
        name: SubjectName,
        answer: dict[str, object],
    ) -> Enrolment:
        row = records.subjects.get(gallery, name.subject)
        subject = self._catalogue.to_subjects(records, gallery, vault, [row])[0]
        return from_answer(subject, answer)


def _content(new: NewSubject | None, pictures: Sequence[bytes]) -> list[bytes]:
    """Return what makes two requests the same."""
    return [repr(_plain(new)).encode(), *pictures]


def _plain(new: NewSubject | None) -> tuple[object, ...]:
    if new is None:
        return ()
    return new.consent, new.display_name, new.expires_at


def _without_known(selection: Selection, known: set[bytes]) -> Selection:
    return selection.without(
        [(one, SAME_PICTURE) for one in selection.candidates if one.mac in known]
    )
