"""Whole numbers in digits and in Chinese."""

from __future__ import annotations

import re

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"千": 1000, "百": 100, "十": 10}


def number_of(said: str) -> int | None:
    """``12``, ``1,200``, ``3万``, ``1.2亿``, ``十二``, ``一百二十``, ``三万``; None where it is no whole number.

    ``两三`` is a guess and no number; so is ``一百二``, which some mean as 102 and most as 120.
    """
    said = said.replace(",", "")
    if match := re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?([万亿]?)", said):
        power = {"": 0, "万": 4, "亿": 8}[match[3]]
        part = (match[2] or "").rstrip("0")
        return int(match[1] + part.ljust(power, "0")) if len(part) <= power else None
    total, rest = 0, said
    for unit, worth in (("亿", 10**8), ("万", 10**4)):
        head, sign, tail = rest.partition(unit)
        if sign:
            value = _below_ten_thousand(head)
            if value is None or not value:
                return None
            total, rest = total + value * worth, tail
    if not rest:
        return total or None
    low = _below_ten_thousand(rest.removeprefix("零") if total else rest)
    if low is None or (total and low < 1000 and not rest.startswith("零")):  # noqa: PLR2004 - 三万五: 35000 or 30005
        return None
    return total + low


def _below_ten_thousand(said: str) -> int | None:
    if len(said) == 1 and said in _DIGITS:
        return _DIGITS[said]
    total, digit, last, zero = 0, None, 10_000, False
    for place, one in enumerate(said):
        if one in _UNITS:
            worth = _UNITS[one]
            if worth >= last or (digit is None and not (worth == 10 and place == 0)):  # noqa: PLR2004
                return None
            total += (1 if digit is None else digit) * worth
            last, digit, zero = worth, None, False
        elif one in "零〇":
            if digit is not None or zero:
                return None
            zero = True
        elif one in _DIGITS:
            if digit is not None:
                return None
            digit = _DIGITS[one]
        else:
            return None
    if digit is None:
        return total if total and not zero else None
    if total and last > 10 and not zero:  # noqa: PLR2004 - 一百二
        return None
    return total + digit if total else None
