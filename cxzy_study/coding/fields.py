"""Nested mappings read field by field: what is missing, of a wrong kind or unknown is named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxzy_study.tables import InvalidInput

MAX_FILE = 2_000_000
"""Largest YAML file that is read, in bytes."""


class Fields:
    """A mapping whose fields are taken one by one; :meth:`close` refuses what nobody asked for.

    Parameters
    ----------
    content : object
        What should be a mapping.
    where : str
        What it is called in messages.
    """

    def __init__(self, content: object, where: str) -> None:
        if not isinstance(content, Mapping):
            raise InvalidInput(f"Invalid content in {where}: it must be a mapping of fields. {_show(content)}.")
        self.content, self.where = content, where
        self.taken: set[object] = set()

    def take(self, key: str, *, required: bool) -> Any:
        """Return a field's value, None if it is missing and not required."""
        self.taken.add(key)
        value = self.content.get(key)
        if value is None and required:
            raise InvalidInput(f"Invalid content in {self.where}: the field {key} is missing or empty.")
        return value

    def text(self, key: str, *, required: bool = True) -> str:
        """Return a text that is not empty (or ``""`` if it is not required and missing)."""
        value = self.take(key, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, value, "it must be text; put numbers, dates, yes and no in quotes")
        return value.strip()

    def bilingual(self, key: str) -> dict[str, str]:
        """Return a text in English (``en``) and Chinese (``zh``)."""
        both = Fields(self.take(key, required=True), f"{self.where}, {key}")
        texts = {language: both.text(language) for language in ("en", "zh")}
        both.close()
        return texts

    def items(self, key: str, *, required: bool = False) -> list[Any]:
        """Return a list (not empty if required)."""
        value = self.take(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list) or (required and not value):
            raise self.wrong(key, value, "it must be a list" + (", not empty" if required else ""))
        return value

    def mapping(self, key: str) -> dict[Any, Any]:
        """Return a mapping, empty if missing."""
        value = self.take(key, required=False)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(key, value, "it must be a mapping")
        return value or {}

    def choice(self, key: str, allowed: tuple[str, ...], *, default: str) -> str:
        """Return one of some words."""
        value = self.take(key, required=False)
        if value is not None and value not in allowed:
            raise self.wrong(key, value, f"it must be one of {', '.join(x for x in allowed if x)}")
        return value or default

    def choices(self, key: str, allowed: tuple[str, ...], *, default: tuple[str, ...]) -> tuple[str, ...]:
        """Return some of some words, in their standing order."""
        value = self.take(key, required=False)
        if value is None:
            return default
        if not isinstance(value, list) or not value or not set(map(str, value)) <= set(allowed):
            raise self.wrong(key, value, f"it must be a list of some of {', '.join(allowed)}")
        return tuple(x for x in allowed if x in value)

    def number(self, key: str, *, low: int, high: int, default: int) -> int:
        """Return a whole number within bounds."""
        value = self.take(key, required=False)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.wrong(key, value, f"it must be a whole number from {low} to {high}")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false (false if missing)."""
        value = self.take(key, required=False)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, value, "it must be true or false")
        return bool(value)

    def close(self) -> None:
        """Refuse fields that were not taken.

        Raises
        ------
        InvalidInput
        """
        if unknown := [key for key in self.content if key not in self.taken]:
            known = ", ".join(sorted(map(str, self.taken)))
            raise InvalidInput(f"Invalid field {unknown[0]!r} in {self.where}: the fields are {known}.")

    def wrong(self, key: str, value: object, rule: str) -> InvalidInput:
        """Return the error that a field breaks *rule*."""
        return InvalidInput(f"Invalid {key} in {self.where}: {rule}. {_show(value)}.")


def read_yaml(path: str | Path) -> object:
    """Read a YAML file that uses neither aliases nor a key twice.

    Both are legal YAML, and both hide mistakes: the later of two equal keys silently wins, and a
    few nested aliases unfold to gigabytes.

    Raises
    ------
    InvalidInput
        If the file is missing, too large, no YAML in UTF-8, or has an alias or a repeated key.
    """
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]
        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, _ in node.value:
                if key.value in seen:
                    line = key.start_mark.line + 1
                    raise InvalidInput(f"Invalid file {path}, line {line}: a field is given twice. {key.value}.")
                seen.add(key.value if isinstance(key.value, str) else str(key.value))
            return super().construct_mapping(node, deep=deep)

    try:
        raw = Path(path).read_bytes()
        if len(raw) > MAX_FILE:
            raise InvalidInput(f"Invalid file {path}: it must have {MAX_FILE} bytes or fewer. {len(raw)}.")
        text = raw.decode("utf-8-sig")
        for event in yaml.parse(text, Loader=base):
            if isinstance(event, yaml.AliasEvent):
                where = f"line {event.start_mark.line + 1}" if event.start_mark else "a line"
                raise InvalidInput(f"Invalid file {path}, {where}: aliases (*) are not allowed.")
        return yaml.load(text, Loader=Loader)
    except OSError as error:
        raise InvalidInput(f"Invalid path {path}: it cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"Invalid file {path}: it must be UTF-8. Byte {error.start}.") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidInput(f"Invalid file {path}: it must be YAML. {' '.join(str(error).split())[:200]}") from None


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
