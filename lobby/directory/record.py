"""A customer as a directory writes one: checked, bounded, and turned into ours."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from base.errors import DirectoryInvalidError
from lobby.customer import Appointment, Customer

MAX_LIST, MAX_TEXT = 20, 200
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT, strip_whitespace=True)]
Texts = Annotated[list[Text], Field(max_length=MAX_LIST)]


class AppointmentRecord(BaseModel):
    """One appointment; the time needs an offset, since a branch may be in another zone."""

    model_config = ConfigDict(extra="ignore")
    start_time: AwareDatetime
    subject: Text = ""
    with_whom: Text = ""


class CustomerRecord(BaseModel):
    """One customer. What the directory knows beside this is not read, and so not kept."""

    model_config = ConfigDict(extra="ignore")
    display_name: Annotated[Text, Field(min_length=1)]
    tier: Text = ""
    language: Text = ""
    relationship_manager: Text = ""
    appointments: Annotated[list[AppointmentRecord], Field(max_length=MAX_LIST)] = []
    needs: Texts = []
    offers: Texts = []


def customer_of(subject: str, record: CustomerRecord) -> Customer:
    """Return a record as a customer, the appointments in order."""
    appointments = (
        Appointment(one.start_time, one.subject, one.with_whom) for one in record.appointments
    )
    return Customer(
        id=subject,
        display_name=record.display_name,
        tier=record.tier,
        language=record.language,
        relationship_manager=record.relationship_manager,
        appointments=tuple(sorted(appointments, key=_start)),
        needs=tuple(record.needs),
        offers=tuple(record.offers),
    )


def what_is_wrong(error: ValidationError) -> str:
    """Return which fields are wrong and why, without their values."""
    told = [
        f"{'.'.join(map(str, one['loc'])) or 'the record'}: {one['msg']}"
        for one in error.errors(include_input=False, include_url=False)[:3]
    ]
    return "; ".join(told)


def read_record(values: object, where: str) -> CustomerRecord:
    """Return a checked record. Raises DirectoryInvalidError, which names `where`."""
    try:
        return CustomerRecord.model_validate(values)
    except ValidationError as error:
        raise DirectoryInvalidError(f"{where}: {what_is_wrong(error)}") from None


def _start(appointment: Appointment) -> datetime:
    return appointment.start_at
