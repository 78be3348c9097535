"""The dossier of a review (卷宗): everything it rests on, as one folder of Markdown and JSON, the same bytes each time.

It holds what is in the log and nothing from beside it: names and phones of informants and victims are kept outside the
log, and what a clue's source says of who gave it is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from emergency.assessment.competence import cited
from emergency.assessment.review_duties import Mark
from emergency.assessment.timeline import Step
from emergency.domain.events import Message
from emergency.domain.fixed import fixed
from emergency.domain.times import CHINA
from emergency.domain.vocabulary import Fault
from emergency.errors import RefusedError
from emergency.projections.dossier_pages import from_outside, pages
from emergency.projections.review_rows import ReviewView
from emergency.projections.rows import Row, interval_row, iso_instant, note_row, words_row
from emergency.rulebook import Rulebook, Sort

MANIFEST = "manifest.json"


@fixed(frozen=True, slots=True)
class Dossier:
    """The files of a dossier, by name.

    Args:
        review: The review.
        files: The content of each.
    """

    review: str
    files: Mapping[str, bytes]

    def write(self, folder: Path) -> list[Path]:
        """Write it into a folder that is empty or not there yet.

        Raises:
            RefusedError: the folder holds something: a dossier is never mixed with another.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RefusedError(
                f"{folder} is not empty. Name a folder that is not there yet; nothing was written.",
                zh=(f"文件夹 {folder} 不是空的。请写一个尚不存在的文件夹；未写入任何内容。"),
            )
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name, content in self.files.items():
            path = folder / name
            path.write_bytes(content)
            written.append(path)
        return written


def dossier_of(view: ReviewView) -> Dossier:
    """The dossier of a review, as it stands at the last thing that was recorded of it or of its incident."""
    at = _last(view)
    content: dict[str, Any] = {
        "review": view.row(at),
        "timeline": timeline_rows(view),
        "rules": rule_rows(view),
    }
    files = {name: text.encode() for name, text in pages(view, at, content).items()}
    files.update({f"{name}.json": _json(rows) for name, rows in content.items()})
    files = dict(sorted(files.items()))
    manifest = {
        "schema": 1,
        "review": view.review.id,
        "at": iso_instant(at),
        "rulebook": view.rulebook.fingerprint,
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
    }
    return Dossier(view.review.id, {**files, MANIFEST: _json(manifest)})


def verified(folder: Path) -> list[str]:
    """What does not fit the manifest of a dossier that was written: files changed, missing or put in."""
    known = json.loads((folder / MANIFEST).read_bytes())
    named = {one["name"]: one["sha256"] for one in known["files"]}
    there = {path.name: path for path in folder.iterdir() if path.name != MANIFEST}
    wrong = [f"{name} is missing" for name in sorted(named.keys() - there.keys())]
    wrong += [f"{name} was put in" for name in sorted(there.keys() - named.keys())]
    for name in sorted(named.keys() & there.keys()):
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != named[name]:
            wrong.append(f"{name} was changed")
    return wrong


def timeline_rows(view: ReviewView) -> list[Row]:
    """The course of the incident: what anybody did and was told, nobody named."""
    return [_step(step, view) for step in sorted(view.timeline.steps, key=_when)]


def _when(step: Step) -> tuple[float, str]:
    moment = step.at.earliest or step.at.latest
    return (moment.timestamp() if moment is not None else float("inf"), step.label)


def _step(step: Step, view: ReviewView) -> Row:
    entry, directory = step.entry, view.directory
    return {
        "id": step.id,
        "label": step.label,
        "act": type(entry).__name__,
        "office": entry.office,
        "office_ref": directory.ref(entry.office),
        "to": list(step.to),
        "channel": entry.channel.value if isinstance(entry, Message) else None,
        "at": interval_row(step.at),
        "recorded_at": iso_instant(step.recorded_at),
        "facts": entry.facts.model_dump(mode="json", exclude_none=True, exclude_defaults=True),
        "source": None if from_outside(type(entry).__name__, entry.office) else entry.source,
    }


def rule_rows(view: ReviewView) -> list[Row]:
    """The text of the rules that findings, competence and limits rest on; of the faults, what they mean."""
    review = view.review
    ids = [r.rule for f in review.opened.event.findings for r in f.rules or ()]
    ids += [r.event.competence.provision or "" for r in review.determined if r.event.competence]
    ids += [r.event.competence.provision or "" for r in review.decisions if r.event.competence]
    ids += [
        g.rule for o in view.assessment.obligations if o.office and _mine(o.occasion, view) for g in o.grounds
    ]
    ids += [mark.ground.rule for mark in view.marks if isinstance(mark, Mark) and mark.ground is not None]
    kinds = {f.kind for f in review.opened.event.findings}
    ruled = [v for r in review.determined for v in r.event.verdicts]
    ruled += [v for r in review.decisions for v in r.event.verdicts]
    kinds |= {Fault(v.kind) for v in ruled if v.kind != "none"}
    ids += _definitions(view, kinds)
    return _texts(view.rulebook, dict.fromkeys(i for i in ids if i))


def _mine(occasion: str, view: ReviewView) -> bool:
    return occasion in {view.review.opened.event_id, *(r.event_id for r in view.review.acts)}


def _definitions(view: ReviewView, kinds: Iterable[Fault]) -> list[str]:
    opened, wanted = view.timeline.opened, set(kinds)
    return [
        one.id
        for one in view.rulebook.provisions
        if one.sort in (Sort.DEFINITION, Sort.PROHIBITION)
        and wanted & set(one.faults or ())
        and view.rulebook.about(one, opened.category, opened.kind, opened.place.division)
    ]


def _texts(book: Rulebook, wanted: Iterable[str]) -> list[Row]:
    scoped: dict[str, Any] = {}
    for shelf in (book.rules, book.provisions, book.reviews):
        scoped.update({one.id: one for one in shelf})
    rows: list[Row] = []
    for rule in wanted:
        one = scoped.get(rule)
        if one is None:
            rows.append({"rule": rule, "title": None, "values": []})  # the rulebook has it no more
            continue
        rows.append(
            {"rule": rule, "title": words_row(one.title), "values": [_value(v) for v in one.values.values()]}
        )
    return rows


def _value(value: Any) -> Row:  # noqa: ANN401 - a dated value of any of them
    citation = value.citation
    says = getattr(value, "says", None)
    return {
        "since": value.since.isoformat(),
        "says": words_row(says) if says is not None else None,
        "citation": cited(citation),
        "promulgated": citation.promulgated.isoformat() if citation.promulgated else None,
        "text": citation.text,
        "source": citation.source,
        "confirmed": value.confirmed,
        **note_row(value.remark),
    }


def _last(view: ReviewView) -> datetime:
    """When anything was last recorded of the incident or its reviews: the dossier shows how things stood then."""
    moments = [step.recorded_at for step in view.timeline.steps]
    for review in view.timeline.reviews:
        moments += [review.opened.recorded_at, *(r.recorded_at for r in review.acts)]
    return max(moments).astimezone(CHINA)


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
