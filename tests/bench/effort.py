"""The extent of the measurements: rounds and sizes, in full and with --quick."""

from argparse import ArgumentTypeError
from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    quick: bool
    rounds: int | None  # from --rounds, for every part
    size: int  # bytes of a long output

    def rounds_of(self, full: int, quick: int) -> int:
        if self.rounds is not None:
            return self.rounds
        return quick if self.quick else full


def parse_size(text: str) -> int:
    """A number of bytes, with K, M or G for powers of 1024."""
    powers = {"K": 10, "M": 20, "G": 30}
    digits = text[:-1] if text[-1:] in powers else text
    if not digits.isdecimal() or int(digits) == 0:
        raise ArgumentTypeError(f"'{text}' is not a size such as 256M or 4G")
    return int(digits) << powers.get(text[-1:], 0)
