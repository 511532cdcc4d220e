"""The papers of the demo history: one small PDF for each name, saying that it is a specimen, shared by all who show it."""

import io
from functools import cache

from reportlab.lib.pagesizes import A5

from forms.render.paper import INK, INK_SOFT, draw_text
from forms.render.printing import new_canvas


@cache
def specimen_paper(name: str) -> bytes:
    """The same words give the same bytes, so that a thousand cases keep one file."""
    written = io.BytesIO()
    canvas = new_canvas(written, f"示范材料：{name}")
    canvas.lacking = ""
    canvas.setPageSize(A5)
    width, height = A5
    draw_text(canvas, "示范材料", 48, height - 96, 30, bold=True, ink=INK)
    for line, start in enumerate(range(0, len(name), 16)):
        draw_text(canvas, name[start : start + 16], 48, height - 140 - 26 * line, 18, ink=INK)
    draw_text(canvas, "练习用，不是任何人的证件或文书", 48, 60, 12, ink=INK_SOFT)
    canvas.rect(30, 36, width - 60, height - 72)
    canvas.showPage()
    canvas.save()
    return written.getvalue()
