"""What settings are made of: typed values that say what is wrong with them, by key, value and remedy."""

import difflib
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator

from gmn.arguments import STRICT, Index, explained, keys_of, plain, wanted
from gmn.errors import UserError

Seed = Index
Share = Annotated[float, Field(ge=0, le=1)]


class _Explained(type(BaseModel)):
    """A section that is made by hand raises a :class:`UserError`; one in a file is explained by who reads the file."""

    def __call__(cls, *args, **kwargs):
        try:
            return super().__call__(*args, **kwargs)
        except ValidationError as error:
            raise UserError("\n".join(explain(e, cls) for e in error.errors())) from None


class Section(BaseModel, metaclass=_Explained):
    """Settings of one component, declared beside its code: a subclass with a field and a unit for each.

    Usage::

        class Density(Section):
            scenes: Count
            samples: Count = 5
    """

    model_config = ConfigDict(extra="forbid", frozen=True, **STRICT)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, values: Any) -> Any:
        return plain(values)

    def changed(self, **changes: Any) -> Self:
        """The same with other values, which are checked.

        Raises:
            UserError: a value is wrong.
        """
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | changes)


def part_of(section: type[Section], name: str, *, without: tuple[str, ...] = (), only: tuple[str, ...] = ()):
    """A section of some of another's fields: those a file sets, where others follow from elsewhere."""
    chosen = only or tuple(field for field in section.model_fields if field not in without)
    fields = {field: (section.model_fields[field].annotation, section.model_fields[field]) for field in chosen}
    # pyrefly: ignore[no-matching-overload]
    return create_model(name, __base__=Section, __doc__=f"Fields of :class:`{section.__name__}`.", **fields)


def explain(error: Mapping[str, Any], root: type[BaseModel]) -> str:
    """One of pydantic's errors in a line.

    Args:
        error: of ``ValidationError.errors()``.
        root: what was validated; its fields are suggested.
    """
    location = keys_of(error)
    key = ".".join(str(part) for part in location)
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key{hint(str(location[-1]), _siblings(location, root)) or '; remove it'}"
    if error["type"] == "missing":
        return f"{key}: missing; add it"
    if error["type"] == "value_error" and isinstance(error["input"], dict) and error["input"]:
        return f"{key}: {wanted(error)}".removeprefix(": ")  # of several values together, which it names
    return explained(error) if key else explained(error, "(the whole file)")


def _siblings(location: tuple, root: type[BaseModel]) -> list[str]:
    """Known keys beside a location in the settings."""
    kind: Any = root
    for part in location[:-1]:
        fields = getattr(kind, "model_fields", None)
        inside = get_args(kind)[-1:] if fields is None else (fields[part].annotation,) if part in fields else ()
        kind = next(iter(inside), None)
        if isinstance(kind, UnionType):  # it or None
            kind = next(k for k in get_args(kind) if k is not type(None))
    return list(getattr(kind, "model_fields", {}))


def hint(word: str, known) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""
