"""Arguments of the public library, checked where they come in: an annotation says what is right.

Usage::

    @checked                       # a function, or a class: its constructor and its public methods
    def orbit(views: Count) -> np.ndarray: ...

Whole numbers may be numpy's and become ints; True is no number and "yes" no truth; nothing is infinite. Classes stand
for their instances. What an argument means beside others is checked where it is used.
"""

import functools
import inspect
import os
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import numpy as np
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from gmn.errors import UserError

STRICT = ConfigDict(strict=True, allow_inf_nan=False)
SHOWN = 200  # letters of a value in a message


def checked(target):
    """A function, or a class's constructor and public methods, that refuse arguments which are not as annotated.

    Raises:
        UserError: names the argument, the value and what is right.
    """
    if isinstance(target, type):
        for name, member in list(vars(target).items()):
            if isinstance(member, (classmethod, staticmethod)):
                setattr(target, name, type(member)(checked(member.__func__)))
            elif inspect.isfunction(member) and (name == "__init__" or not name.startswith("_")):
                setattr(target, name, checked(member))
        return target
    signature = inspect.signature(target)

    @functools.wraps(target)
    def call(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        for name, adapter in _adapters(target).items():
            if name in bound.arguments:
                bound.arguments[name] = valid(adapter, bound.arguments[name], name)
        return target(*bound.args, **bound.kwargs)

    return call


def valid(adapter: TypeAdapter, value: Any, name: str) -> Any:
    """``value`` as the adapter has it.

    Raises:
        UserError: it is not that.
    """
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise UserError("\n".join(explained(each, name) for each in error.errors())) from None


def explained(error: Mapping[str, Any], *within: str) -> str:
    """One of pydantic's errors in a line: the key, the value, what is right."""
    parts = map(str, keys_of(error))
    return f"{'.'.join((*within, *parts))}: got {shown(error['input'])}; {wanted(error)}"


def wanted(error: Mapping[str, Any]) -> str:
    """What is right, in our words."""
    return error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")


def keys_of(error: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where the error is, without the names of checks and of a union's alternatives, which are no keys."""
    kinds = ("int", "float", "str", "bool", "list", "dict", "tuple")
    checks = ("function-", *(f"{kind}[" for kind in kinds))
    return tuple(
        part for part in error["loc"] if isinstance(part, int) or not (part in kinds or part.startswith(checks))
    )


def shown(value: Any) -> str:
    """A value for a message of one line."""
    if isinstance(value, np.ndarray) or hasattr(value, "numel"):
        return f"an array of shape {tuple(value.shape)}, {str(value.dtype).removeprefix('torch.')}"
    try:
        text = repr(value)
    except Exception:  # thousands of digits, or of levels; what an object of somebody else says
        text = f"a huge {type(value).__name__}"
    return short(text)


def short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


@functools.cache
def _adapters(function: Callable) -> dict[str, TypeAdapter]:
    """Of the parameters that are annotated; made at the first call, when all names are known."""
    hints = typing.get_type_hints(function, include_extras=True)
    hints.pop("return", None)
    return {name: TypeAdapter(_strict(hint), config=STRICT) for name, hint in hints.items()}


def _strict(hint: Any) -> Any:
    """The annotation as pydantic is to read it: numbers of all libraries, classes by their instances."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[(_strict(inside[0]), *inside[1:])]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_strict(each) for each in inside)]  # noqa: UP007 (made of a list)
    if origin is tuple:
        return tuple[tuple(each if each is ... else _strict(each) for each in inside)]
    if origin in (list, Mapping, Sequence):
        return origin[tuple(_strict(each) for each in inside)]  # pyrefly: ignore[unsupported-operation]
    if origin is None and isinstance(hint, type) and hint is not type(None) and hint not in (list, dict, tuple):
        return Annotated[Any, BeforeValidator(functools.partial(_instance, hint))]
    return hint


def _instance(kind: type, value: Any) -> Any:
    if isinstance(value, kind):
        return value
    raise ValueError(f"must be a {kind.__name__}")


def _whole(value: Any) -> Any:
    if isinstance(value, Integral) and not isinstance(value, (bool, np.bool_)):
        return int(value)
    raise ValueError("must be a whole number")


def _real(value: Any) -> Any:
    if isinstance(value, Real) and not isinstance(value, (bool, np.bool_)):
        try:
            return float(value)
        except OverflowError:
            pass
    raise ValueError("must be a number")


def _truth(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise ValueError("must be True or False")


def plain(value: Any) -> Any:
    """Numpy's numbers as Python's, also inside dictionaries, lists and tuples."""
    if isinstance(value, np.generic):
        return value.item()
    try:
        if type(value) is dict:
            return {key: plain(each) for key, each in value.items()}
        return type(value)(plain(each) for each in value) if type(value) in (list, tuple) else value
    except RecursionError:  # of thousands of levels, or within itself: somebody else will refuse it
        return value


def _listed(value: Any) -> Any:
    if isinstance(value, (range, tuple, list, set, frozenset)) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return list(value)
    raise ValueError("must be several in a row")


def _path(value: Any) -> Any:
    if isinstance(value, (str, os.PathLike)) and isinstance(path := os.fspath(value), str) and "\0" not in path:
        return Path(path)
    raise ValueError("must be a path")


PLAIN = {
    int: Annotated[int, BeforeValidator(_whole)],
    float: Annotated[float, BeforeValidator(_real)],
    bool: Annotated[bool, BeforeValidator(_truth)],
    Path: Annotated[Path, BeforeValidator(_path)],
    str | Path: Annotated[Path, BeforeValidator(_path)],
    Any: Any,
    object: Any,
}

Count = Annotated[int, Field(ge=1, le=10**9)]
Amount = Annotated[int, Field(ge=0, le=10**8)]  # of what is drawn at once
Index = Annotated[int, Field(ge=0, lt=2**63)]  # also a seed
Steps = Annotated[int, Field(ge=0, le=1000)]  # of gradient ascent
Size = Annotated[int, Field(ge=1, le=10**4)]  # of a picture, pixels; views of a scene
Positive = Annotated[float, Field(ge=1e-9, le=1e9)]


def one_of(*values: int) -> Any:
    """The annotation of a whole number among some; a Literal would take True for 1, and 4.0 for 4."""

    def known(value: int) -> int:
        if value not in values:
            raise ValueError(f"must be {', '.join(map(str, values[:-1]))} or {values[-1]}")
        return value

    return Annotated[int, BeforeValidator(_whole), AfterValidator(known)]


def listed(each: Any) -> Any:
    """The annotation of several, also those of an array or a range."""
    return Annotated[list[each], BeforeValidator(_listed)]


def numbers(*shape: Any, whole: bool = False, least=None, most=None, unit: str = "", finite: bool = True) -> Any:
    """The annotation of an array, or of what makes one: finite real numbers, of which none is masked.

    Args:
        shape: of its axes, -1 for any length; first ``...`` for any axes before.
        whole: no fractions.
        least, most: of their values, or along the last axis.
        unit: what is within these, in words.
        finite: whether all must be.
    """

    def read(value: Any) -> np.ndarray:
        array = array_of(value, finite)
        if whole and array.dtype.kind not in "iu" and (array != np.round(array)).any():
            raise ValueError("must be whole numbers")
        axes = shape[1:] if shape[:1] == (...,) else shape
        fits = len(array.shape) >= len(axes) if axes != shape else len(array.shape) == len(axes)
        last = array.shape[len(array.shape) - len(axes) :]
        if not fits or any(want not in (-1, have) for want, have in zip(axes, last, strict=True)):
            wanted = ", ".join({-1: "N", ...: "..."}.get(size, str(size)) for size in shape)
            raise ValueError(f"wanted shape ({wanted}{',' * (len(shape) == 1)})")
        for bound, beyond in ((least, np.less), (most, np.greater)):
            if bound is not None and beyond(array, bound).any():
                raise ValueError(f"has values outside {unit}: {array[beyond(array, bound)].flat[0]:.4g}")
        return array

    return Annotated[np.ndarray, BeforeValidator(read)]


def memory() -> int:
    """Bytes of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 2**63


def array_of(value: Any, finite: bool = True) -> np.ndarray:
    """``value`` as an array of real numbers, ``finite`` ones if not said otherwise; itself if it is one.

    Raises:
        ValueError: it is none.
    """
    if any(np.ma.is_masked(part) for part in (value, *(value if isinstance(value, (list, tuple)) else ()))):
        raise ValueError("it has masked values; leave those views out")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"not an array of numbers: {error}") from None
    if array.dtype.kind not in "uif":
        raise ValueError(f"not an array of numbers: its dtype is {array.dtype}")
    if finite and array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("must be finite")
    return array
