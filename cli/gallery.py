"""`smartbranch gallery`: create, enrol, import, search, list, show, delete."""

from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.errors import InvalidArgumentError
from cli import gallery_words as words
from cli.output import emit, errors_reported

if TYPE_CHECKING:
    from base.ids import GalleryName
    from cli.gallery_desk import GalleryDesk

app = typer.Typer(no_args_is_help=True, help="Create galleries; enrol, import, search, delete.")

GalleryArgument = Annotated[
    str, typer.Argument(help="Gallery id, or tenants/TENANT/galleries/GALLERY.")
]
TenantOption = Annotated[str, typer.Option(help="Tenant of a bare gallery id.")]
ConfigOption = Annotated[Path | None, typer.Option(help="Settings file of the local data.")]
ServerOption = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="Ask this server, not the local data.")
]
TokenOption = Annotated[str | None, typer.Option(help="Bearer token for the server.")]
CaOption = Annotated[Path | None, typer.Option(help="Who signed the server's certificate, PEM.")]
ConsentOption = Annotated[
    str | None, typer.Option(help="Id of the consent, in the bank's own records.")
]
KeepCropOption = Annotated[
    bool, typer.Option("--keep-crop", help="The consent covers keeping an encrypted crop.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class LegalBasisName(StrEnum):
    """What allows the processing."""

    consent = "consent"
    contract = "contract"
    legal_obligation = "legal-obligation"
    legitimate_interest = "legitimate-interest"


class DuplicatesName(StrEnum):
    """What happens to a person who seems to be enrolled already."""

    report = "report"
    reject = "reject"


def _open(
    config: Path | None, server: str | None, token: str | None, ca: Path | None
) -> "AbstractContextManager[GalleryDesk]":
    if server is None:
        from cli.gallery_local import open_local

        return open_local(config)
    from cli.gallery_remote import open_remote

    return open_remote(server, token, ca)


def _name(gallery: str, tenant: str) -> "GalleryName":
    from base.ids import GalleryName

    return GalleryName.parse(gallery) if "/" in gallery else GalleryName(tenant, gallery)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidArgumentError(
            f"{path} cannot be read: {error.strerror}", field="image"
        ) from error


@app.command()
def create(
    gallery: GalleryArgument,
    purpose: Annotated[
        str, typer.Option(help="What it is for, as in the record of processing.")
    ] = "recognise enrolled people",
    legal_basis: Annotated[
        LegalBasisName, typer.Option(help="What allows the processing.")
    ] = LegalBasisName.contract,
    retention_days: Annotated[
        float | None, typer.Option(help="Days after enrolment at which a subject is erased.")
    ] = None,
    duplicates: Annotated[
        DuplicatesName, typer.Option(help="A person who seems to be enrolled already.")
    ] = DuplicatesName.report,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create an empty gallery."""
    with errors_reported(as_json), _open(config, server, token, ca) as desk:
        name = _name(gallery, tenant)
        made = desk.create(name, purpose, legal_basis.value, retention_days, duplicates.value)
        emit(made, as_json, words.gallery)


@app.command()
def enrol(
    gallery: GalleryArgument,
    subject: Annotated[str, typer.Argument(help="Subject id: an id, not a person's name.")],
    images: Annotated[list[Path], typer.Argument(help="Photographs of the person.")],
    name: Annotated[str, typer.Option(help="Name to show to staff; stored encrypted.")] = "",
    consent: ConsentOption = None,
    keep_crop: KeepCropOption = False,
    add: Annotated[
        bool, typer.Option("--add", help="Add to a subject that is enrolled already.")
    ] = False,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enrol one person from one or several photographs."""
    with errors_reported(as_json):
        pictures = [_read(path) for path in images]
        full_name = _name(gallery, tenant).subject(subject)
        with _open(config, server, token, ca) as desk:
            if add:
                done = desk.add(full_name, pictures)
            else:
                done = desk.enrol(full_name, pictures, name, consent, keep_crop)
        for entry in done["rejected"]:
            entry["image"] = str(images[entry["picture"]])
        emit(done, as_json, words.enrolment)


@app.command("import")
def import_(
    gallery: GalleryArgument,
    source: Annotated[
        Path, typer.Argument(help="Folder, zip or tar: a subfolder or a file per subject.")
    ],
    resume: Annotated[
        str | None, typer.Option(metavar="IMPORT", help="Go on with an interrupted import.")
    ] = None,
    consent: ConsentOption = None,
    keep_crop: KeepCropOption = False,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enrol everybody in a folder or archive; report duplicates and rejects."""
    with errors_reported(as_json):
        from cli.picture_source import open_source
        from cli.progress import counting

        pictures = open_source(source)
        with counting("importing") as start, _open(config, server, token, ca) as desk:
            advance = start(pictures.count)
            name = _name(gallery, tenant)
            report = desk.import_(name, pictures, resume, consent, keep_crop, advance)
        emit(report, as_json, words.import_report)


@app.command()
def search(
    gallery: GalleryArgument,
    image: Annotated[Path, typer.Argument(help="Photograph of the person to look for.")],
    top_k: Annotated[int, typer.Option(help="Most subjects to name.")] = 5,
    fpir: Annotated[
        float, typer.Option(help="Share of strangers who may be taken for somebody.")
    ] = 0.01,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who of a gallery is on a photograph, if anyone."""
    with errors_reported(as_json):
        picture = _read(image)
        with _open(config, server, token, ca) as desk:
            found = desk.search(_name(gallery, tenant), picture, top_k, fpir)
        emit(found, as_json, words.search)


@app.command("list")
def list_(
    gallery: Annotated[str | None, typer.Argument(help="List this one's subjects.")] = None,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the galleries of a tenant, or the subjects of a gallery."""
    with errors_reported(as_json), _open(config, server, token, ca) as desk:
        if gallery is None:
            emit({"galleries": desk.galleries(tenant)}, as_json, words.galleries)
        else:
            subjects = desk.subjects(_name(gallery, tenant))
            emit({"subjects": subjects}, as_json, words.subjects)


@app.command()
def show(
    gallery: GalleryArgument,
    subject: Annotated[str | None, typer.Argument(help="Show this subject.")] = None,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a gallery, or one subject of it."""
    with errors_reported(as_json), _open(config, server, token, ca) as desk:
        name = _name(gallery, tenant)
        if subject is None:
            emit(desk.gallery(name), as_json, words.gallery)
        else:
            emit(desk.subject(name.subject(subject)), as_json, words.subject)


@app.command()
def delete(
    gallery: GalleryArgument,
    subject: Annotated[
        str | None, typer.Argument(help="Erase this subject; without it, the whole gallery.")
    ] = None,
    tenant: TenantOption = "default",
    config: ConfigOption = None,
    server: ServerOption = None,
    token: TokenOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a subject, or a gallery with everybody in it, and print the receipt."""
    with errors_reported(as_json), _open(config, server, token, ca) as desk:
        name = _name(gallery, tenant)
        receipt = desk.delete(name) if subject is None else desk.erase(name.subject(subject))
        emit(receipt, as_json, words.receipt)
