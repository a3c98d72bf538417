"""The whole tour: start the server, show every chapter, say whether all promises were kept."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from tour import photographs
from tour.auditing import check_audit
from tour.branch import Stage
from tour.comparing import compare_pairs, find_faces
from tour.deepfake import show_deepfakes
from tour.door import Door, open_door
from tour.exhibits import GALLERY, copies_of, jpeg
from tour.findings import Chapter, count_broken, print_chapter
from tour.galleries import enrol_people, erase_person, name_faces, search_people
from tour.interview import REVIEWER, invite_visitor, show_interviews
from tour.liveness import show_liveness
from tour.lobby import MANAGER, SECURITY, show_lobby
from tour.refusals import show_refusals
from tour.server import Addresses, running_server
from tour.staff import OPERATOR

GRPC_PORT, HTTP_PORT = 50051, 8080


@dataclass(frozen=True, slots=True)
class Folders:
    """data: the server's own. pictures: where the tour leaves what it drew and sent."""

    data: Path
    pictures: Path


def take_tour(folders: Folders, once: bool, console: Console) -> int:
    """Take the tour and return 0 if every promise was kept, else 1.

    once: end after the last chapter; else the server stays up until Ctrl-C.
    """
    ports = (0, 0) if once else (GRPC_PORT, HTTP_PORT)
    folders.pictures.mkdir(parents=True, exist_ok=True)
    console.print("Starting the server on loopback ...", style="dim")
    stage = Stage.of(folders.data)
    lobby_file = str(stage.write())
    with running_server(folders.data / "server", *ports, lobby_file=lobby_file) as addresses:
        with open_door(addresses.grpc) as door:
            chapters = show_chapters(door, addresses, stage, folders, console)
            page_path = "" if once else invite_visitor(door)
        _say_verdict(chapters, console)
        if not once:
            with stage.playing_on(addresses.grpc):
                _stay_up(addresses, folders, page_path, console)
    return 1 if count_broken(chapters) else 0


def show_chapters(
    door: Door, addresses: Addresses, stage: Stage, folders: Folders, console: Console
) -> list[Chapter]:
    """Show every chapter; each is printed as soon as it is done."""
    chapters: list[Chapter] = []

    def show(chapter: Chapter) -> None:
        chapters.append(chapter)
        print_chapter(chapter, console)

    chapter, faces = find_faces(door)
    show(chapter)
    chapter, enrolled = enrol_people(door, photographs.people())
    show(chapter)
    show(compare_pairs(door, enrolled))
    show(search_people(door, enrolled))
    chapter, picture = name_faces(door, faces, enrolled)
    chapter.notes = (f"Boxes, names and quality are drawn into {_write_all(folders, picture)}",)
    show(chapter)
    show(show_liveness(door, photographs.people()))
    show(show_deepfakes(door, photographs.people()))
    show(show_lobby(door, addresses, folders.data / "server", stage))
    show(show_interviews(door, addresses, folders.data / "server"))
    show(show_refusals(door, enrolled[-1]))
    show(erase_person(door, enrolled[0]))
    show(check_audit(folders.data / "server"))
    return chapters


def _write_all(folders: Folders, drawn: bytes) -> Path:
    """Leave the drawn picture and every portrait with a probe, to try by hand."""
    for person in photographs.people():
        (folders.pictures / f"{person.id}.jpg").write_bytes(jpeg(person.portrait))
        reshot = folders.pictures / f"{person.id}-reshot.jpg"
        reshot.write_bytes(copies_of(person)[0].picture)
    path = folders.pictures / "faces.jpg"
    path.write_bytes(drawn)
    return path


def _say_verdict(chapters: Sequence[Chapter], console: Console) -> None:
    total = sum(len(chapter.findings) for chapter in chapters)
    broken = count_broken(chapters)
    if broken:
        console.print(f"{broken} of {total} answers were NOT as promised.", style="bold red")
    else:
        console.print(f"All {total} answers were as promised.", style="bold green")


def _stay_up(addresses: Addresses, folders: Folders, page_path: str, console: Console) -> None:
    pictures = folders.pictures
    lines = (
        "",
        "The server stays up. Try next:",
        f"  a page for two photographs   http://{addresses.http}/try/faces",
        f"  liveness with your camera    http://{addresses.http}/try/liveness",
        f"  the lobby's tablet page      http://{addresses.http}/lobby",
        f"    as the manager             {MANAGER.name}   password {MANAGER.password}",
        f"    as security                {SECURITY.name}   password {SECURITY.password}",
        f"  the operators' console       http://{addresses.http}/console",
        f"    as an operator             {OPERATOR.name}   password {OPERATOR.password}",
        f"  an interview with your camera  http://{addresses.http}{page_path}",
        f"  the reviewers' page          http://{addresses.http}/review",
        f"    as a reviewer              {REVIEWER.name}   password {REVIEWER.password}",
        f"  metrics                      http://{addresses.http}/metrics",
        f"  gRPC, with reflection        {addresses.grpc}   gallery {GALLERY}",
        f"  the command line             .venv/bin/smartbranch face verify {pictures}/seat-6.jpg "
        f"{pictures}/seat-6-reshot.jpg",
        f"  the server's log             {addresses.log}",
        "Ctrl-C ends it; what was enrolled is then gone.",
    )
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("Stopping.", style="dim")
