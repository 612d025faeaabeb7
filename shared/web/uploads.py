"""What the pages of all imports have in common: reading what was sent, showing it row by row, and files to fill in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from shared import imports
from shared.errors import Conflict, Invalid, field_error
from shared.imports import Finding, Importer, Owner, Upload, UploadState
from shared.sheets.layout import REMARK, Arranged, Layout, Record, arrange
from shared.sheets.reading import read_file, read_pasted
from shared.sheets.writing import XLSX_TYPE, Cell, Table, workbook
from shared.texts import text as _
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.i18n import current_language, tell, translate

PAGE: Final = 100
"""Rows on one page of the preview."""
NAMED: Final = 12
"""Errors that are listed above the rows; all of them stand in the rows."""


def owner(subject_id: UUID | None = None) -> Owner:
    """Return the organizer who is asking as the owner of uploads for the subject."""
    principal = organizer()
    return Owner(principal.id, principal.community, subject_id)


def take_in(importer: Importer, whose: Owner, given: Mapping[str, str] | None = None, *, bare: bool = False) -> Upload:
    """Keep and check the file, or the pasted lines, that the form carries; raises Invalid beside ``file``."""
    arranged = _sent(importer, given, bare=bare)
    language = current_language().tag
    return database.write(imports.take_in, importer, arranged, owner=whose, language=language, now=now())


def find(importer: Importer, upload_id: UUID, whose: Owner) -> Upload:
    """Return the owner's upload; raises NotFound to all others."""
    return database.read(imports.find, importer, upload_id, whose, now())


def add_to(
    blueprint: Blueprint,
    rule: str,
    name: str,
    importer: Callable[[], Importer],
    frame: Callable[..., Mapping[str, Any]],
    whose: Callable[..., Owner] = owner,
) -> None:
    """Give a blueprint the pages of an upload below the rule: ``uploaded_…``, ``confirm_…`` and ``…_to_correct``.

    ``frame`` and ``whose`` get the ids in the rule: ``frame``, behind the upload, returns what else ``page`` needs;
    ``whose`` returns the owner, and raises NotFound where there is nothing of these ids.
    """

    def uploaded(upload_id: UUID, **ids: UUID) -> str:
        upload = find(importer(), upload_id, whose(**ids))
        return page(importer(), upload, here=here(upload_id, ids), **frame(upload, **ids))

    def confirm(upload_id: UUID, **ids: UUID) -> ResponseReturnValue:
        try:
            database.write(imports.confirm, importer(), upload_id, whose(**ids), now())
        except Conflict as error:
            tell(error.detail, "error")
        return redirect(here(upload_id, ids), 303)

    def to_correct(upload_id: UUID, **ids: UUID) -> Response:
        return corrections(importer(), find(importer(), upload_id, whose(**ids)))

    def here(upload_id: UUID, ids: Mapping[str, Any]) -> str:
        return url_for(f".uploaded_{name}", upload_id=upload_id, **ids)

    below = f"{rule}/<uuid:upload_id>"
    blueprint.add_url_rule(below, f"uploaded_{name}", uploaded)
    blueprint.add_url_rule(below, f"confirm_{name}", confirm, methods=["POST"])
    blueprint.add_url_rule(f"{below}/corrections.xlsx", f"{name}_to_correct", to_correct)


def page(importer: Importer, upload: Upload, *, here: str, again: str, outcome: Mapping[str, str], **frame: Any) -> str:
    """Return the page of an upload: how far it is, its rows with what was found of them, or what became of them.

    Rows are unpacked only where they are shown, since a page that waits asks anew every second.
    ``here`` is its address and ``again`` the one to upload another; ``outcome`` is what each word of its outcome is
    called; ``frame`` holds title, crumbs, what to call the button, and what to do next.
    """
    is_shown = upload.state is UploadState.CHECKED
    findings = imports.findings_of(upload) if is_shown else {}
    bad = sum(1 for finding in findings.values() if finding.errors)
    only_bad = request.args.get("only") == "bad" and bad > 0
    records = [
        (record, findings.get(position, Finding()))
        for position, record in enumerate(imports.records_of(upload) if is_shown else ())
        if not only_bad or (position in findings and findings[position].errors)
    ]
    number = max(request.args.get("page", 1, type=int), 1)
    shown = records[(number - 1) * PAGE : number * PAGE]
    if number > 1 and not shown:
        raise NotFound
    return render_template(
        "upload.html",
        upload=upload,
        here=here,
        again=again,
        bad=bad,
        good=upload.total - bad,
        only_bad=only_bad,
        number=number,
        pages=-(-len(records) // PAGE),
        problems=list(islice(_problems(importer, records), NAMED + 1)),
        named=NAMED,
        sheets=[
            _shown(importer.layouts[sheet], sheet, records, shown)
            for sheet in sorted({record.sheet for record, _finding in shown})
        ],
        is_busy=upload.state in {UploadState.CHECKING, UploadState.WRITING},
        outcome=[(upload.outcome.get(word, 0), label) for word, label in outcome.items()],
        **frame,
    )


def corrections(importer: Importer, upload: Upload) -> Response:
    """Return the rows as a workbook to correct: wrong cells are marked, and a last column says what is wrong."""
    findings = imports.findings_of(upload)
    pairs = [(record, findings.get(at, Finding())) for at, record in enumerate(imports.records_of(upload))]
    tables = []
    for number, layout in enumerate(importer.layouts):
        mine = [pair for pair in pairs if pair[0].sheet == number]
        header = [*(str(translate(column.label)) for column in layout.columns), str(translate(REMARK))]
        rows: list[Sequence[Cell]] = []
        marked: dict[tuple[int, int], str] = {}
        for at, (record, finding) in enumerate(mine):
            rows.append(
                [*(record.cells.get(column.key) for column in layout.columns), " ".join(_sentences(layout, finding))]
            )
            for place, column in enumerate(layout.columns):
                if column.key in finding.errors:
                    marked[at, place] = " ".join(translate(finding.errors[column.key]))
        tables.append(Table(str(translate(layout.label)), header, rows, marked))
    return download(tables, "to-correct.xlsx")


def template(importer: Importer, examples: Sequence[Sequence[Cell]], notes: Sequence[str]) -> Response:
    """Return an empty workbook to fill in, with a row that shows how for each sheet, and a sheet of notes."""
    tables = [
        Table(
            str(translate(layout.label)),
            [f"{translate(column.label)}{' *' if column.needed else ''}" for column in layout.columns],
            [example],
        )
        for layout, example in zip(importer.layouts, examples, strict=True)
    ]
    lines = [[str(translate(note))] for note in notes]
    return download(
        [*tables, Table(str(translate(_("Notes"))), [str(translate(_("How to fill this in")))], lines)], "template.xlsx"
    )


def download(tables: Sequence[Table], name: str) -> Response:
    """Return a workbook as a download; ``name`` is plain ASCII."""
    response = Response(workbook(tables), content_type=XLSX_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _sent(importer: Importer, given: Mapping[str, str] | None, *, bare: bool) -> Arranged:
    file = request.files.get("file")
    lines = request.form.get("lines", "")
    if file is not None and file.filename:
        return arrange(read_file(file.read()), importer.layouts, given)
    if lines.strip():
        return arrange(read_pasted(lines), importer.layouts, given, bare=bare)
    raise Invalid(field_error("file", _("Please choose a file.")))


def _shown(
    layout: Layout, sheet: int, records: Sequence[tuple[Record, Finding]], shown: Sequence[tuple[Record, Finding]]
) -> dict[str, Any]:
    """Return a sheet as the page shows it: columns without any content are left out."""
    used = {key for record, finding in records if record.sheet == sheet for key in (*record.cells, *finding.errors)}
    return {
        "label": layout.label,
        "columns": [column for column in layout.columns if column.key in used],
        "rows": [pair for pair in shown if pair[0].sheet == sheet],
    }


def _problems(importer: Importer, records: Sequence[tuple[Record, Finding]]) -> Iterator[str]:
    """Yield what is wrong by row and column, like 第5行“电话”：手机号不正确."""
    for record, finding in records:
        layout = importer.layouts[record.sheet]
        for sentence in _sentences(layout, finding):
            if len(importer.layouts) == 1:
                yield translate(_("Row %(row)s, %(sentence)s", row=record.row, sentence=sentence))
            else:
                said = _(
                    "“%(sheet)s”, row %(row)s, %(sentence)s", sheet=layout.label, row=record.row, sentence=sentence
                )
                yield translate(said)


def _sentences(layout: Layout, finding: Finding) -> Iterator[str]:
    labels = {column.key: column.label for column in layout.columns}
    for key, texts in finding.errors.items():
        words = " ".join(translate(texts))
        yield translate(_("“%(column)s”: %(text)s", column=labels[key], text=words)) if key else words
