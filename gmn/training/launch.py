"""Environment variables of ``torchrun``: ranks, sizes and addresses of the processes that it starts."""

import os
from dataclasses import dataclass

from gmn.errors import UserError

NUMBERS = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT")
TOGETHER = (*NUMBERS, "MASTER_ADDR")
HERE = "LOCAL_WORLD_SIZE"


@dataclass(frozen=True)
class Launch:
    """This process among those of a launch on its machine; alone without one.

    Attributes:
        local: its number on this machine.
        local_size: how many there are on this machine.
    """

    local: int = 0
    local_size: int = 1

    @classmethod
    def of_environment(cls) -> "Launch | None":
        """None where nothing was launched.

        Raises:
            UserError: some variables only are set, or are no numbers that fit together.
        """
        told = {name: os.environ[name] for name in (*TOGETHER, HERE) if name in os.environ}
        if not told:
            return None
        remedy = f"start with `torchrun`, or unset {', '.join(told)}"
        if lacking := [name for name in TOGETHER if name not in told]:
            raise UserError(f"{', '.join(told)}: set without {', '.join(lacking)}; {remedy}")
        numbers = {name: _number(name, told[name], remedy) for name in NUMBERS}
        here = _number(HERE, told.get(HERE, told["WORLD_SIZE"]), remedy)
        for name, value, limit in (
            ("RANK", numbers["RANK"], numbers["WORLD_SIZE"]),
            ("LOCAL_RANK", numbers["LOCAL_RANK"], here),
            (HERE, here - 1, numbers["WORLD_SIZE"]),
        ):
            if value >= limit:
                raise UserError(f"{name}: got {told[name]} of {limit}; {remedy}")
        return cls(numbers["LOCAL_RANK"], here)


def _number(name: str, text: str, remedy: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise UserError(f"{name}: got {text!r}; a whole number is wanted: {remedy}")
    return int(text)
