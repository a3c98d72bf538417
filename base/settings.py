"""Settings read once, at start: command line, then environment, then file, then default."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as UnreadableValueError

from base.errors import SettingsError

S = TypeVar("S", bound=BaseSettings)


def read_settings(
    cls: type[S],
    file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    known_names: frozenset[str] = frozenset(),
) -> S:
    """Return the settings of a process, checked whole.

    cls: its `model_config` gives `env_prefix` and `env_nested_delimiter`; unknown keys are
        refused from every source, whatever its `extra` says about the environment.
    file: TOML; None reads none. overrides: what the command line said; None values are unset.
    known_names: variables that carry the prefix and belong to somebody else.
    Raises SettingsError, which names the field and never repeats its value.
    """
    check_variable_names(cls, os.environ, known_names)
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    if file is not None:
        _check_file(file)

    class Sourced(cls):  # type: ignore[valid-type, misc]
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            sources: list[PydanticBaseSettingsSource] = [
                InitSettingsSource(settings_cls, init_kwargs=given),
                env_settings,
            ]
            if file is not None:
                sources.append(TomlConfigSettingsSource(settings_cls, toml_file=file))
            return tuple(sources)

    Sourced.__name__ = Sourced.__qualname__ = cls.__name__
    try:
        settings: S = Sourced()
    except ValidationError as error:
        raise SettingsError(f"the settings do not fit: {_describe(error)}") from None
    except UnreadableValueError as error:
        # A list or table in a variable that is no JSON; the message names the field only.
        raise SettingsError(f"{error}; lists and tables are written as JSON") from None
    return settings


def check_variable_names(
    cls: type[BaseSettings], environment: Mapping[str, str], known_names: frozenset[str]
) -> None:
    """Raise SettingsError for a variable with the prefix that names no field.

    pydantic-settings reads the names that it knows and is silent about `PREFIX_PROT=1`.
    """
    prefix = str(cls.model_config.get("env_prefix", "")).upper()
    if not prefix:
        return
    delimiter = str(cls.model_config.get("env_nested_delimiter") or "").upper()
    fields = {prefix + name.upper() for name in cls.model_fields}
    for name in sorted(environment):
        given = name.upper()
        if not given.startswith(prefix) or given in fields or name in known_names:
            continue
        if delimiter and given.removeprefix(prefix).split(delimiter)[0] in {
            field.removeprefix(prefix) for field in fields
        }:
            continue
        close = difflib.get_close_matches(given, sorted(fields | known_names), n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "no setting has such a name"
        raise SettingsError(f"unknown environment variable {name}; {hint}", variable=name)


def _check_file(file: Path) -> None:
    try:
        tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"the settings file {file} cannot be read", file=file) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {file} is not TOML: {error}", file=file) from error


def _describe(error: ValidationError) -> str:
    """Return every fault by field; the values stay out, since some are secrets."""
    faults = []
    for fault in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in fault["loc"])
        what = fault["msg"].removeprefix("Value error, ")
        faults.append(f"{where}: {what}" if where else what)
    return "; ".join(faults)
