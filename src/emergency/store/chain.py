"""The chain of seals, proved link by link (封链核验): what was altered, taken out, put in or moved by hand.

A row is proved upon the seal *stored* in the row before it, so that one altered row does not condemn all that
follow. What does not fit is kept, up to a limit, and looked at again when the whole log has been seen: a row that
was moved is then found at its other place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from emergency.store.rows import Stored
from emergency.store.seal import FIRST

KEPT = 500
"""How many rows that do not fit are looked at again; more are only counted."""


class Kind(StrEnum):
    """What is wrong with a place in the log."""

    ALTERED = "row-altered"
    SEAL_ALTERED = "seal-altered"
    DOUBTFUL = "row-doubtful"
    PUT_IN = "row-put-in"
    MOVED = "row-moved"
    MISSING = "rows-missing"
    TAIL_MISSING = "tail-missing"
    NOT_LOOKED_AT = "rows-not-proved"
    HEAD_MISSING = "head-missing"
    HEAD_ALTERED = "head-altered"
    HEAD_BEHIND = "head-behind"
    HEAD_AHEAD = "head-ahead"


@dataclass(frozen=True, slots=True)
class Broken:
    """One break of the chain.

    Args:
        kind: What it is.
        position: Where it is, or where it begins.
        through: Where it ends, for what has several positions.
        row: The row that stands there, if one does.
        stands_at: Where the row that belongs here stands now.
    """

    kind: Kind
    position: int
    through: int | None = None
    row: Stored | None = None
    stands_at: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What the store says of its last event: the end that the chain must come to."""

    position: int
    seal: bytes
    recorded_at: datetime | None

    def fits(self, before: bytes | None, at: int | None = None) -> bool:
        """Whether the chain ends with this seal."""
        del at
        return self.seal == before


@dataclass(slots=True)
class _Stretch:
    """Rows, one after another, of which none fits upon the one before it."""

    after: int
    before: bytes | None
    rows: list[Stored] = field(default_factory=list)
    following: Stored | Head | None = None
    cut: bool = False


class Chain:
    """Takes the rows in the order of the log, then says where they do not hold together.

    Args:
        heads: What stands in the head's table: one row, unless somebody was there.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._head = heads[0] if len(heads) == 1 else None
        self._before: bytes | None = FIRST
        self._after = 0
        self._last: Stored | None = None
        self._stretch: _Stretch | None = None
        self._stretches: list[_Stretch] = []
        self._kept = 0
        self._beyond: tuple[int, int] | None = None
        self._placed: set[int] = set()

    def add(self, row: Stored) -> bool:
        """Take the next row; whether it fits upon the one before it."""
        fits = row.fits(self._before)
        if fits:
            self._close(row)
        elif self._kept == KEPT:
            first = self._beyond[0] if self._beyond else row.position
            self._beyond = (first, row.position)
            if self._stretch is not None:
                self._stretch.cut = True
        else:
            if self._stretch is None:
                self._stretch = _Stretch(self._after, self._before)
            self._stretch.rows.append(row)
            self._kept += 1
        self._before = row.seal if isinstance(row.seal, bytes) else None
        self._after = row.position
        self._last = row
        return fits

    def _close(self, following: Stored | Head | None) -> None:
        if self._stretch is not None:
            self._stretch.following = None if self._stretch.cut else following
            self._stretches.append(self._stretch)
            self._stretch = None

    def breaks(self) -> list[Broken]:
        """What is broken, after the last row."""
        open_end = self._stretch is not None
        self._close(self._head)
        found: list[Broken] = []
        end = _End(self._before, self._after, self._last)
        for stretch in self._stretches:
            came_to = self._examine(stretch, found)
            if open_end and stretch is self._stretches[-1]:
                end = came_to
        if self._beyond is not None:
            found.append(Broken(Kind.NOT_LOOKED_AT, *self._beyond))
            end = _End(self._before, self._after, None, known=False)
        self._at_the_end(end, found)
        # What is said of a row that was found to belong elsewhere is said there.
        said = [b for b in found if b.kind is Kind.MOVED or not b.row or b.row.position not in self._placed]
        return sorted(said, key=lambda broken: broken.position)

    def _examine(self, stretch: _Stretch, found: list[Broken]) -> _End:
        end = _End(stretch.before, stretch.after, None)
        put_in_before = 0
        for index, row in enumerate(stretch.rows):
            later = [*stretch.rows[index + 1 :], *([stretch.following] if stretch.following else [])]
            if end.known and not row.fits(end.seal):
                self._fill(end, row.position, found)
                # What comes after, and fits here, knows nothing of this row nor of those between.
                known = next((n for n, other in enumerate(later, index + 1) if other.fits(end.seal)), 0)
                put_in_before = max(put_in_before, known)
            if (index < put_in_before or row.position <= end.position) and not row.fits(end.seal):
                found.append(Broken(Kind.PUT_IN, row.position, row=row))
            elif row.position in self._placed:  # it belongs elsewhere: who belongs here?
                if not self._take(end, row.position, row, found):
                    found.append(Broken(Kind.MISSING, end.position + 1, row.position))
                    end.position, end.seal, end.known = row.position, None, False
            else:
                found += self._judge(row, later[0] if later else None, end)
        following = stretch.following
        if end.known and isinstance(following, Stored) and not following.fits(end.seal):
            self._fill(end, following.position, found)
            if end.position + 1 < following.position and not following.fits(end.seal):
                found.append(Broken(Kind.MISSING, end.position + 1, following.position - 1))
        return end

    def _fill(self, end: _End, until: int, found: list[Broken]) -> None:
        """Look among all rows that do not fit for those that belong into a gap."""
        while end.position + 1 < until and self._take(end, end.position + 1, None, found):
            pass

    def _take(self, end: _End, place: int, here: Stored | None, found: list[Broken]) -> bool:
        """Put into a place the row that belongs there, if it is found elsewhere."""
        owner = self._owner(end.seal, place, here) if place == end.position + 1 else None
        if owner is None:
            return False
        found.append(Broken(Kind.MOVED, place, row=owner, stands_at=owner.position))
        end.seal = owner.seal if here is None or owner.fits(end.seal, place) else here.seal
        end.position, end.row = place, owner
        return True

    def _judge(self, row: Stored, following: Stored | Head | None, end: _End) -> list[Broken]:
        """What is to be said of a row, and of the gap before it; the end moves on behind it."""
        found: list[Broken] = []
        before, known, gap = end.seal, end.known, (end.position + 1, row.position - 1)
        fits, missing = row.fits(before), gap[0] <= gap[1]
        if not fits and known and self._take(end, row.position, row, found):
            return found
        followed = isinstance(row.seal, bytes) and following is not None and following.fits(row.seal)
        end.seal, end.position, end.row, end.known = row.seal, row.position, row, True
        if fits:
            return found
        computed = row.sealed_upon(before) if known and not missing else None
        if not followed and computed and following is not None and following.fits(computed):
            end.seal = computed
            return [Broken(Kind.SEAL_ALTERED, row.position, row=row)]
        end.row, end.known = None, followed  # what the row says is not proved
        if missing:
            found.append(Broken(Kind.MISSING, *gap))
        if (missing and not followed) or (not missing and not known):
            found.append(Broken(Kind.DOUBTFUL, row.position, row=row))
        elif not missing:
            found.append(Broken(Kind.ALTERED, row.position, row=row))
        return found

    def _owner(self, before: bytes | None, place: int, here: Stored | None = None) -> Stored | None:
        """The row that belongs at a place, if it is among those that do not fit where they stand."""
        for stretch in self._stretches:
            for row in stretch.rows:
                if row is here or row.position in self._placed:
                    continue
                seal = row.sealed_upon(before, place)
                if seal is not None and (seal == row.seal or (here is not None and seal == here.seal)):
                    self._placed.add(row.position)
                    return row
        return None

    def _at_the_end(self, end: _End, found: list[Broken]) -> None:
        head = self._head
        if head is None:
            found.append(Broken(Kind.HEAD_MISSING, end.position))
            return
        if end.known:
            self._fill(end, head.position + 1, found)
        if head.position < end.position:
            found.append(Broken(Kind.HEAD_BEHIND, head.position, end.position))
        elif head.position > end.position:
            kind = Kind.HEAD_AHEAD if end.known and head.seal == end.seal else Kind.TAIL_MISSING
            found.append(Broken(kind, end.position + 1, head.position))
        elif end.known and (head.seal != end.seal or (end.row and head.recorded_at != end.row.recorded_at)):
            found.append(Broken(Kind.HEAD_ALTERED, head.position))


@dataclass(slots=True)
class _End:
    """How far the chain has been followed.

    Args:
        seal: The seal there.
        position: The position there.
        row: The row there; None where there is none, or what it says is not proved.
        known: Whether the seal is certainly the one that was given.
    """

    seal: bytes | None
    position: int
    row: Stored | None
    known: bool = True
