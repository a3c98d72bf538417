"""The `smartbranch` command. A noun's file is imported when the noun is used, not before."""

import importlib
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from cli.output import EXIT_FAULT, report_error, report_usage

if TYPE_CHECKING:
    # Typer names these types in its signatures and nowhere in its public modules.
    from typer._click import Command, Context


class Noun(NamedTuple):
    """One first word of the command line and the sentence that `--help` says about it.

    has_verbs: False if the noun is a command itself.
    """

    sentence: str
    has_verbs: bool = True


NOUNS = {
    "serve": Noun("Serve gRPC and HTTP until stopped.", has_verbs=False),
    "demo": Noun("Take the guided tour on real photographs.", has_verbs=False),
    "models": Noun("List, pull and verify the models of the catalogue."),
    "face": Noun("Find faces in a picture; compare two pictures."),
    "liveness": Noun("Tell living people from attacks, in a picture or clip."),
    "deepfake": Noun("Tell genuine pictures and clips from forged ones."),
    "document": Noun("Read identity documents and check them."),
    "gallery": Noun("Create galleries; enrol, import, search and delete."),
    "edge": Noun("Run the agent on a branch's box."),
    "device": Noun("Invite and revoke boxes; show and change their cameras."),
    "evaluate": Noun("Measure error rates on labelled data and write the report."),
    "bench": Noun("Measure speed against peers and bounds, in one run."),
    "interview": Noun("Open, show and decide interviews by video."),
    "policy": Noun("See what interviews need, by product."),
    "rules": Noun("See what alert rules say and would do."),
    "staff": Noun("Add, list and disable those who may sign in to the pages."),
    "evidence": Noun("Export and verify evidence of interviews; hold and erase cases."),
    "audit": Noun("Check the log that shows tampering."),
}


def load_noun(name: str) -> "Command":
    """Import `cli/<name>.py` and return its command."""
    app = importlib.import_module(f"cli.{name}").app
    # get_command would fold a group of one verb into the verb itself.
    return get_group(app) if NOUNS[name].has_verbs else get_command(app)


class LazyGroup(TyperGroup):
    """Lists placeholders, so that help is quick, and resolves to the real commands."""

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> tuple[str | None, "Command | None", list[str]]:
        """Find the noun and put the real command in the placeholder's place."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_noun(name) if name in NOUNS else command, rest


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(version("smartbranch"))
        raise typer.Exit


@app.callback()
def _root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """See who is there, whether they are really there, and who should know about it."""


def _placeholder() -> Callable[[], None]:
    def stand_in() -> None:
        raise AssertionError("a placeholder is listed, never run")

    return stand_in


for _name, _noun in NOUNS.items():
    app.command(_name, help=_noun.sentence)(_placeholder())


def main() -> None:
    """Run the command line; whatever no command caught ends in one line as well."""
    as_json = "--json" in sys.argv
    try:
        code = app(prog_name="smartbranch", standalone_mode=False)
    except typer.TyperException as error:
        code = report_usage(error, as_json)
    except typer.Abort:
        code = EXIT_FAULT
    except Exception as error:
        code = report_error(error, as_json)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
