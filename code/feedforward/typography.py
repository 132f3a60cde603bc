"""How the book writes numbers for its readers, in text, figures and printouts.

A minus sign, not a hyphen: −0.3. A comma from the thousands on: 16,000. Powers of ten: 1.1·10⁻¹².
A per cent sign behind a space that does not break: 95 %. One layer, two layers. Python writes
-0.3, 1.1e-12 and 95%; `in_print` turns that into the book's style, and `print` prints in it.
"""

from __future__ import annotations

import builtins
import re

import numpy as np

NO_BREAK = "\N{NO-BREAK SPACE}"


class Written(str):
    """Words as they are to be read. {eval} shows a value's repr, which would spell out a space."""

    def __repr__(self) -> str:
        return str(self)


_MINUS = re.compile(r"(?<![\w.])-(?=\.?\d|inf\b)")
_POWER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]\d+)(?!\w)")
_PERCENT = re.compile(r"(?<=\d) ?%")
_COLUMNS = re.compile(r"( {2,}|\n)")


def power(exponent: int) -> str:
    """10ⁿ in print: "10⁻⁸", and 1 for n = 0."""
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return "1" if exponent == 0 else f"10{raised}"


def near(number: float) -> Written:
    """A number of any size as words: three digits, or two and a power of ten."""
    if number == 0 or 1e-3 <= abs(number) < 999.5:
        return in_print(f"{number:.3g}")
    digits, exponent = f"{number:.1e}".split("e")
    return in_print(f"{digits}·{power(int(exponent))}")


def percent(share: float, decimals: int = 0) -> Written:
    """0.95 → "95 %"."""
    return in_print(f"{share:.{decimals}%}")


def counted(n: int, word: str) -> str:
    """ "1 region", "2 regions"."""
    return f"{n:,} {word}{'s' * (n != 1)}"


def spread(values: np.ndarray, form: str = ".3f") -> Written:
    """Mean ± standard deviation over the seeds, the latter with n − 1."""
    return in_print(f"{values.mean():{form}} ± {values.std(ddof=1):{form}}")


def in_print(text: str) -> Written:
    """A text with the numbers that Python formatted, written as the book writes them.

    Columns stay where they are: what a number gains in width is taken from the next gap of two
    spaces or more, and what it loses is added there.
    """
    pieces, owed = [], 0
    for piece in _COLUMNS.split(text):
        if piece == "\n":
            owed = 0
        elif piece.startswith("  "):
            width = max(1, len(piece) - owed)
            owed -= len(piece) - width
            piece = " " * width
        else:
            written = _numbers_in_print(piece)
            owed += len(written) - len(piece)
            piece = written
        pieces.append(piece)
    return Written("".join(pieces))


def print(*values: object, sep: str = " ", end: str = "\n") -> None:
    """Python's own `print`, with numbers as the book writes them."""
    builtins.print(in_print(sep.join(map(str, values))), end=end)


def _numbers_in_print(text: str) -> str:
    text = _POWER.sub(_as_power, text)
    text = _MINUS.sub("\N{MINUS SIGN}", text)
    return _PERCENT.sub(f"{NO_BREAK}%", text)


def _as_power(match: re.Match) -> str:
    """1.1e-12 → 1.1·10⁻¹²; near one, the number itself with as many digits: 2.0e-01 → 0.20."""
    digits, exponent = match[1], int(match[2])
    if float(digits) == 0:
        return "0"
    if not -3 <= exponent <= 3:
        return f"{digits}·{power(exponent)}"
    decimals = max(0, len(digits.partition(".")[2]) - exponent)
    return f"{float(match[0]):,.{decimals}f}"
