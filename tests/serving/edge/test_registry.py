"""Boxes are invited, registered, renewed and revoked."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from base.errors import (
    BranchNotFoundError,
    DeviceCodeInvalidError,
    DeviceExistsError,
    DeviceNotFoundError,
    DeviceRevokedError,
    InvalidArgumentError,
    RoleNotAllowedError,
    TooManyAttemptsError,
)
from lobby.branch import Branch
from serving.caller import Caller
from serving.edge.authority import serial_of
from serving.edge.branches import AnyBranch
from serving.edge.devices import Registration
from serving.edge.names import CameraName, DeviceName
from serving.edge.registry import MAX_CERTIFICATES
from serving.edge.settings import EdgeSettings
from tests.support.boxes import OPERATOR, EdgeHouse, certificate_request
from tests.support.galleries import ManualClock

NAME = DeviceName("default", "box-1")
OTHERS = Caller.local("bank-b")


def code_for(house: EdgeHouse, device: str = "box-1", caller: Caller = OPERATOR) -> str:
    return house.edge.registry.create_code(caller, device, "west", "Hall").code


def register(
    house: EdgeHouse, code: str, request: bytes, request_id: str = "r-1", address: str = "ipv4:x"
) -> Registration:
    return house.edge.registry.register(code, request, "1.0", request_id, address)


def may_connect(house: EdgeHouse, certificate: bytes, name: DeviceName = NAME) -> None:
    """Raise what a box with that certificate is told."""
    house.edge.books.check(CameraName(name.tenant, name.device, "door"), serial_of(certificate))


def test_a_code_makes_a_certificate_of_the_tenant_and_device(house: EdgeHouse) -> None:
    made = register(house, code_for(house), certificate_request()[0])
    certificate = x509.load_pem_x509_certificate(made.certificate)
    (organisation,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    (common_name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert (organisation.value, common_name.value) == ("default", "box-1")
    certificate.verify_directly_issued_by(
        x509.load_pem_x509_certificate(house.edge.authority.certificate())
    )
    assert certificate.not_valid_after_utc - house.clock.now() == timedelta(days=90)
    (device,) = house.edge.devices(OPERATOR, "west")
    assert (str(device.name), device.display_name) == ("tenants/default/devices/box-1", "Hall")
    may_connect(house, made.certificate)


def test_a_code_is_read_however_it_is_typed(house: EdgeHouse) -> None:
    code = code_for(house)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert register(house, typed, certificate_request()[0]).device.name == NAME


def test_a_code_is_good_once_and_a_lost_answer_is_given_again(
    house: EdgeHouse, clock: ManualClock
) -> None:
    code, (request, _) = code_for(house), certificate_request()
    first = register(house, code, request)
    assert register(house, code, request) == first
    for other in (certificate_request()[0], request):
        with pytest.raises(DeviceCodeInvalidError, match="used already"):
            register(house, code, other, "r-2")
    clock.advance(3601)
    with pytest.raises(DeviceCodeInvalidError, match="expired"):
        register(house, code, request)


def test_a_newer_code_of_a_device_voids_the_older(house: EdgeHouse) -> None:
    older, newer = code_for(house), code_for(house)
    with pytest.raises(DeviceCodeInvalidError, match="unknown"):
        register(house, older, certificate_request()[0])
    register(house, newer, certificate_request()[0])
    with pytest.raises(DeviceExistsError):
        code_for(house)


def test_a_bad_signing_request_does_not_burn_the_code(house: EdgeHouse) -> None:
    code = code_for(house)
    weak = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    for bad in (b"nonsense", certificate_request(weak)[0], certificate_request()[0] * 60):
        with pytest.raises(InvalidArgumentError):
            register(house, code, bad, "r-bad")
    key = ed25519.Ed25519PrivateKey.generate()
    assert register(house, code, certificate_request(key)[0]).device.name == NAME


def test_a_signing_request_with_somebody_elses_key_is_refused(house: EdgeHouse) -> None:
    request = x509.load_pem_x509_csr(certificate_request()[0])
    forged = bytearray(request.public_bytes(Encoding.DER))
    forged[-1] ^= 1
    pem = x509.load_der_x509_csr(bytes(forged)).public_bytes(Encoding.PEM)
    with pytest.raises(InvalidArgumentError, match="own key"):
        register(house, code_for(house), pem)


def test_guessing_is_slowed_down_for_its_address_and_for_nobody_else(
    house: EdgeHouse, clock: ManualClock
) -> None:
    code, (request, _) = code_for(house), certificate_request()
    for _ in range(10):
        with pytest.raises(DeviceCodeInvalidError):
            register(house, "WRONG", request, address="ipv4:1.2.3.4")
    with pytest.raises(TooManyAttemptsError) as caught:
        register(house, code, request, address="ipv4:1.2.3.4")
    wait_s = float(caught.value.metadata["retry_after_s"])
    assert wait_s <= 6
    register(house, code_for(house, "box-2"), certificate_request()[0], address="ipv4:1.2.3.5")
    clock.advance(wait_s)
    assert register(house, code, request, address="ipv4:1.2.3.4").device.name == NAME


def test_a_revoked_box_stays_out_and_its_id_can_be_given_anew(house: EdgeHouse) -> None:
    stolen = register(house, code_for(house), certificate_request()[0]).certificate
    house.edge.revoke(OPERATOR, NAME)
    assert house.edge.revoke(OPERATOR, NAME).revoked_at == house.clock.now()
    with pytest.raises(DeviceRevokedError):
        may_connect(house, stolen)
    new = register(house, code_for(house), certificate_request()[0], "r-2").certificate
    may_connect(house, new)
    with pytest.raises(DeviceRevokedError, match="present registration"):
        may_connect(house, stolen)
    with pytest.raises(DeviceRevokedError):
        house.edge.registry.renew(NAME, serial_of(stolen), certificate_request()[0])


def test_a_renewed_box_keeps_the_older_certificate_until_there_are_many(
    house: EdgeHouse, clock: ManualClock
) -> None:
    first = register(house, code_for(house), certificate_request()[0]).certificate
    for count in range(MAX_CERTIFICATES):
        clock.advance(86_400)
        may_connect(house, first)
        newest = house.edge.registry.renew(NAME, serial_of(first), certificate_request()[0])
        assert house.edge.devices(OPERATOR)[0].expires_at == clock.now() + timedelta(days=90), count
    may_connect(house, newest)
    with pytest.raises(DeviceRevokedError):
        may_connect(house, first)


def test_no_tenant_reaches_another_ones_boxes(house: EdgeHouse) -> None:
    ours = register(house, code_for(house), certificate_request()[0]).certificate
    assert house.edge.devices(OTHERS) == []
    assert house.edge.cameras(OTHERS) == []
    with pytest.raises(RoleNotAllowedError):
        house.edge.revoke(OTHERS, NAME)
    with pytest.raises(DeviceNotFoundError):
        house.edge.revoke(OTHERS, DeviceName("bank-b", "box-1"))
    theirs = register(house, code_for(house, caller=OTHERS), certificate_request()[0], "r-9")
    assert theirs.device.name == DeviceName("bank-b", "box-1")
    with pytest.raises(DeviceRevokedError):
        may_connect(house, ours, theirs.device.name)


def test_a_caller_who_is_bound_to_a_branch_sees_its_boxes_alone(house: EdgeHouse) -> None:
    house.register("box-1", "west")
    house.register("box-2", "east")
    bound = Caller("default", "ann", OPERATOR.roles, branch="east")
    assert [device.name.device for device in house.edge.devices(bound)] == ["box-2"]
    with pytest.raises(BranchNotFoundError):
        house.edge.devices(bound, "west")
    with pytest.raises(BranchNotFoundError):
        house.edge.revoke(bound, NAME)
    with pytest.raises(BranchNotFoundError):
        house.edge.registry.create_code(bound, "box-3", "west")


def test_a_box_belongs_to_a_branch_that_there_is(
    house: EdgeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(self: AnyBranch, tenant: str, branch: str) -> Branch | None:
        return None

    monkeypatch.setattr(AnyBranch, "find", find)
    with pytest.raises(BranchNotFoundError):
        code_for(house)


def test_nothing_secret_lies_on_the_disk_and_the_authority_outlives_a_restart(
    house: EdgeHouse, tmp_path: Path
) -> None:
    code = code_for(house)
    register(house, code, certificate_request()[0])
    authority = house.edge.authority.certificate()
    _, key = house.edge.authority._open()
    private = key.private_numbers().private_value.to_bytes(32, "big")
    house.database.close()
    again = EdgeHouse(tmp_path, EdgeSettings(), house.clock)
    assert again.edge.authority.certificate() == authority
    disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (code.encode(), code.replace("-", "").encode(), private):
        assert secret not in disk
    again.close()


def test_what_is_done_to_boxes_is_in_the_audit_log(house: EdgeHouse) -> None:
    code = code_for(house)
    made = register(house, code, certificate_request()[0]).certificate
    house.edge.registry.renew(NAME, serial_of(made), certificate_request()[0])
    house.edge.revoke(OPERATOR, NAME)
    lines = [(line.event.action, line.event.actor) for line in house.audit.lines("default")]
    assert lines == [
        ("device.code", "local"),
        ("device.register", "box-1"),
        ("device.renew", "box-1"),
        ("device.revoke", "local"),
    ]
    assert all(code not in str(line.event.details) for line in house.audit.lines("default"))


def test_old_codes_are_forgotten(house: EdgeHouse, clock: ManualClock) -> None:
    code_for(house)
    clock.advance(3601)
    house.edge.sweep()
    with house.database.read() as transaction:
        assert transaction.tenants_of_devices() == []
