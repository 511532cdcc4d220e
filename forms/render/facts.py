"""Headings with their sentences, as most sheets tell them: what is asked on the left, the answer on the right."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from forms.render.paper import AMBER, AMBER_TINT, CONTENT_WIDTH, INK_SOFT, LINE, Fit, HexColor, Span, Words, grid, panel

_AMBER_EDGE = HexColor("#e8cf97")


def fact_table(facts: Sequence[tuple[str, str]], fit: Fit, *, label_width: float = 92, size: float = 12) -> Flowable:
    """An answer too long for one row goes on in further rows, so that it may go on overleaf."""
    rows, starts = [], []
    for label, value in facts:
        starts.append(len(rows))
        pieces = Words(value, fit.size(size), leading=1.4).pieces(CONTENT_WIDTH - label_width)
        labels = [label] + [""] * (len(pieces) - 1)
        rows += [
            [Words(name, fit.size(size - 1), ink=INK_SOFT, leading=1.4), piece]
            for name, piece in zip(labels, pieces, strict=True)
        ]
    lines = [("LINEABOVE", (0, row), (-1, row), 0.5, LINE) for row in starts]
    return grid(rows, [label_width, CONTENT_WIDTH - label_width], *lines, padding=fit.gap(3))


def certainty_note(words: str, *, is_confirmed: bool, fit: Fit) -> list[Flowable]:
    """How sure the entry is; in the colour of a caution while nobody has confirmed it."""
    if is_confirmed:
        return [Words(words, fit.size(10.5), ink=INK_SOFT, leading=1.35)]
    spans = [Span("未确认  ", bold=True, ink=AMBER), Span(words)]
    return [panel([Words(spans, fit.size(11))], fill=AMBER_TINT, edge=_AMBER_EDGE, inset=max(3.0, fit.gap(6)))]
