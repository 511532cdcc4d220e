"""The application form on paper: what the applicant told the counter, ready to be read over and signed."""

from collections.abc import Iterator
from datetime import date
from itertools import zip_longest

from reportlab.platypus import Flowable

from forms.clock import written_date
from forms.item import Answers, FormField, ServiceItem
from forms.render import fonts, paper
from forms.render.paper import CONTENT_WIDTH, INK_SOFT, LINE, MIST, Fit, Span, Words, gap, grid, tick_box
from forms.render.printing import print_sheets
from forms.render.signing import APPLICANT_SIGNS, BLANK_DATE, signature

_LABEL_WIDTH = 94.0
_HALF_TYPES = ("text", "id_number", "phone", "date", "money", "bank_account", "bool")
_LONGEST_HALF_LABEL = 11
_VALUE_SIZE = 13.0
_DECLARATION = "我看过（或听村代办员读过）上面填的内容，都是我自己的意思，和我知道的情况一样。"


def render_application_form(item: ServiceItem, answers: Answers, *, village_name: str, made_on: date) -> bytes:
    """The form as PDF, A4, one page where it fits. Names and numbers stand in full: it is the applicant's own paper.

    Questions left open get a ruled line to write on. Raises PaperFault when one answer is taller than a page.
    """
    fit = paper.tightest_needed(lambda fit: _story(item, answers, village_name, made_on, fit), paper.WHOLE_PAGE.height)
    story = _story(item, answers, village_name, made_on, fit or Fit())
    foot = f"{item.name}（事项编码 {item.code}）· 签好名后请交给村代办员拍摄"
    return print_sheets([story], title=form_title(item), foot=foot)


def form_title(item: ServiceItem) -> str:
    """What the catalogue calls this form: the first material that is a form to sign."""
    return next((material.name for material in item.materials if material.capture == "form"), f"{item.name}表")


def _story(item: ServiceItem, answers: Answers, village_name: str, made_on: date, fit: Fit) -> list[Flowable]:
    asked = [field for field in item.form_fields if _is_asked(field, answers)]
    promises = [field for field in asked if _is_promise(field)]
    questions = [field for field in asked if not _is_promise(field)]
    beside = [village_name, f"{written_date(made_on)}打印"]
    return [
        *paper.sheet_head(form_title(item), f"办什么事：{item.name}", beside, fit),
        *(_table(row, answers, fit) for row in _rows(questions)),
        gap(fit.gap(10)),
        *_declaration(promises, answers, fit),
        gap(fit.gap(8)),
        signature(APPLICANT_SIGNS, fit),
    ]


def _is_asked(field: FormField, answers: Answers) -> bool:
    """On a form still blank every question stands; once the deciding answer is known, only those that apply."""
    return field.when is None or field.when.decide(answers) is not False


def _is_promise(field: FormField) -> bool:
    """A yes that is no question (本人承诺…) belongs to the declaration, above the signature."""
    return field.type == "bool" and "是否" not in field.label


def _rows(fields: list[FormField]) -> Iterator[tuple[FormField, ...]]:
    """Short questions two abreast, the others over the whole width, in the order of the catalogue."""
    waiting: FormField | None = None
    for field in fields:
        if not _is_short(field):
            if waiting:
                yield (waiting,)
            yield (field,)
            waiting = None
        elif waiting:
            yield (waiting, field)
            waiting = None
        else:
            waiting = field
    if waiting:
        yield (waiting,)


def _is_short(field: FormField) -> bool:
    return field.type in _HALF_TYPES and len(field.label) <= _LONGEST_HALF_LABEL and not field.help


def _table(fields: tuple[FormField, ...], answers: Answers, fit: Fit) -> Flowable:
    """One or two questions abreast; an answer too long for one row goes on in further rows."""
    value_width = (CONTENT_WIDTH - len(fields) * _LABEL_WIDTH) / len(fields)
    columns: list[list] = []
    for field in fields:
        values = _value(field, answers.get(field.id), value_width - 14, fit)
        columns += [[Words(field.label, fit.size(11), leading=1.3)], values]
    rows = list(zip_longest(*columns, fillvalue=""))
    shaded = [("BACKGROUND", (column, 0), (column, -1), MIST) for column in range(0, len(columns), 2)]
    return grid(
        rows,
        [_LABEL_WIDTH, value_width] * len(fields),
        ("LINEABOVE", (0, 0), (-1, 0), 0.7, LINE),
        ("LINEBELOW", (0, -1), (-1, -1), 0.7, LINE),
        ("LINEBEFORE", (0, 0), (-1, -1), 0.7, LINE),
        ("LINEAFTER", (-1, 0), (-1, -1), 0.7, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 7),
        ("RIGHTPADDING", (0, 0), (-1, -1), 7),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        *shaded,
        padding=fit.gap(5),
    )


def _value(field: FormField, answer: object, room: float, fit: Fit) -> list[list[Flowable]]:
    """The cells of an answer, one under the other."""
    if field.type == "choice":
        content: Flowable = _options(field.choices, None if answer is None else str(answer))
    elif field.type == "bool":
        chosen = {True: "是", False: "否"}.get(answer) if isinstance(answer, bool) else None
        content = _options(("是", "否"), chosen)
    elif answer is None or answer == "":
        content = _blank(field, room, fit)
    else:
        content = Words(answer_words(field, answer), _VALUE_SIZE, leading=1.35)
    help_words = [Words(field.help, paper.SMALLEST_SIZE + 1, ink=INK_SOFT)] if field.help else []
    pieces = content.pieces(room) if isinstance(content, Words) else [content]
    return [*([piece] for piece in pieces[:-1]), [pieces[-1], *help_words]]


def answer_words(field: FormField, answer: object) -> str:
    """An answer as paper shows it: dates written out, sums in 元, amounts with their unit."""
    text = str(answer)
    if field.type == "date":
        try:
            return written_date(date.fromisoformat(text))
        except ValueError:
            return text
    unit = "元" if field.type == "money" else field.unit or ""
    return text if text.endswith(unit) else f"{text} {unit}"


def _options(choices: tuple[str, ...], chosen: str | None) -> Words:
    spans: list[Span] = []
    for choice in choices:
        spans += [tick_box(choice == chosen), Span(choice, bold=choice == chosen, whole=True), Span("   ")]
    if chosen is not None and chosen not in choices:
        spans += [tick_box(True), Span(chosen, bold=True)]
    return Words(spans, 12.5, leading=1.5)


def _blank(field: FormField, room: float, fit: Fit) -> Flowable:
    if field.type == "date":
        return Words(BLANK_DATE, 12)
    return _RuledSpace(3 if field.type == "textarea" else 1, max(18.0, fit.gap(22)), room, field.unit or "")


class _RuledSpace(Flowable):
    """Lines to write on by hand, `pitch` points apart, with the unit at the end of the last."""

    def __init__(self, lines: int, pitch: float, room: float, unit: str):
        super().__init__()
        self._pitch, self._unit = pitch, unit
        self._count, self.width, self.height = lines, room, lines * pitch

    def wrap(self, _room: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        kept_free = fonts.text_width(self._unit, 12) + 4 if self._unit else 0
        self.canv.setStrokeColor(INK_SOFT)
        self.canv.setLineWidth(0.5)
        for number in range(self._count):
            end = self.width - (kept_free if number == self._count - 1 else 0)
            base = self.height - (number + 1) * self._pitch + 2
            self.canv.line(0, base, end, base)
        if self._unit:
            paper.draw_text(self.canv, self._unit, self.width - kept_free + 4, 4, 12)


def _declaration(promises: list[FormField], answers: Answers, fit: Fit) -> list[Flowable]:
    size = max(11.5, fit.size(12))
    lines: list[Flowable] = [paper.section_title("声明", fit), gap(fit.gap(3)), Words(_DECLARATION, size)]
    for promise in promises:
        words = [tick_box(answers.get(promise.id) is True), Span(" " + promise.label + "。")]
        lines += [gap(fit.gap(3)), Words(words, size)]
    return lines
