"""The file of rules, read strictly."""

from pathlib import Path

from lobby.rules.rule import RuleBook


def read_rules(path: Path) -> RuleBook:
    """Read a file. Raises RulesInvalidError, which names file and line and what was expected."""
    raise NotImplementedError


def parse_rules(text: str, name: str = "rules") -> RuleBook:
    """Read the text of a file called `name`. Raises RulesInvalidError."""
    raise NotImplementedError
