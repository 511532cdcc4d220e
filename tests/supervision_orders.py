"""A supervision order, and a case one of whose papers has text in it: for tests of paper and of finding words."""

from datetime import UTC, date, datetime

from forms.packet import describe_document
from forms.render.supervision_order import render_supervision_order
from forms.supervision_order_sheet import SupervisionOrderSheet
from server.db.case import find_case_by_number, list_documents

SHEET = SupervisionOrderSheet(
    number="督〔2026〕450521-0001",
    to="廉州镇·民政",
    issuer="合浦县电子监察",
    issued_on=datetime(2026, 10, 14, 1, tzinfo=UTC),
    due_on=date(2026, 10, 19),
    case_number="450521-20260914-0001",
    item_name="高龄津贴申请",
    card="红牌（环节时限），应在9月16日办结",
    words="请三个工作日内办结，并书面说明原因和整改措施。",
    answer=None,
    answered=None,
)


def put_paper_with_text(world, case_number: str) -> str:
    """The case's first paper is the order from now on; its document id."""
    pdf = render_supervision_order(SHEET)
    described = describe_document("paper", "带文字的材料", pdf, 1, world.clock.now(), True)
    world.installation.tools.blobs.put(described.sha256, pdf)
    with world.installation.begin() as work:
        case = find_case_by_number(work.session, case_number)
        document = list_documents(work.session, case.id)[0]
        document.sha256, document.sheets = described.sha256, 1
        return document.id
