"""委托书: the applicant entrusts the village agent with one errand: what the agent may do, may not do, and until when."""

from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable

from forms.clock import written_date
from forms.render import paper
from forms.render.facts import fact_table
from forms.render.paper import CONTENT_WIDTH, RED_DEEP, Fit, Span, Words, gap
from forms.render.printing import print_sheets
from forms.render.signing import APPLICANT_SIGNS, SigningBox, signature

_TO_WRITE = "＿＿＿＿＿＿＿＿＿＿"
_MAY = (
    "替我把申请材料拍照、上传、送到受理的部门",
    "替我领取告知单、补正通知、回执和办理结果，领到后当面交给我",
    "替我查办到哪一步",
)
_MAY_NOT = (
    "替我签名、按指印，或者改我填的内容",
    "替我领钱，保管我的银行卡、存折和密码",
    "替我撤回申请，替我放弃应得的东西",
    "没有我同意就转给别人办（《民法典》第169条）",
    "向我收钱",
)
_BACK = (
    "我随时可以收回这份委托（《民法典》第173条）：跟受托人或受理的部门说一声，或者写一张都行。"
    "收回以前已经照委托办的，仍然算数。"
)
_AGENT_SIGNS = (
    SigningBox("受托人签名", "看过，同意照办", CONTENT_WIDTH - 140),
    SigningBox("签名日期", "", 140, dated=True),
)


@dataclass(frozen=True)
class Mandate:
    """The words of a mandate; numbers stand in full, it is the applicant's own paper. None is left for the pen.

    `valid_until`: None when it holds until the errand is done.
    """

    item_name: str
    village_name: str
    principal_name: str | None
    principal_id_number: str | None
    principal_phone: str | None
    agent_name: str
    agent_post: str
    made_on: date
    valid_until: date | None = None


def render_mandate(mandate: Mandate) -> bytes:
    """The mandate as PDF, A4, one page: what 民法典 第165条 wants in it: who, what for, which powers, how long, signed."""
    fit = paper.tightest_needed(lambda fit: _story(mandate, fit), paper.WHOLE_PAGE.height) or paper.FITS[-1]
    foot = "委托书不收费 · 签好名后请交给村代办员拍摄 · 内容依据《民法典》第165条"
    return print_sheets([_story(mandate, fit)], title=f"委托书 {mandate.item_name}", foot=foot)


def _story(mandate: Mandate, fit: Fit) -> list[Flowable]:
    return [
        *paper.sheet_head("委托书", mandate.item_name, [mandate.village_name, written_date(mandate.made_on)], fit),
        fact_table(_who(mandate), fit, size=13),
        gap(fit.gap(8)),
        Words(_errand(mandate), fit.size(13), leading=1.45),
        gap(fit.gap(7)),
        *_powers("受托人可以", _MAY, fit),
        *_powers("受托人不可以", _MAY_NOT, fit),
        Words([Span("多久有效  ", bold=True), Span(_period(mandate))], fit.size(12), leading=1.45),
        gap(fit.gap(4)),
        Words([Span("收回委托  ", bold=True), Span(_BACK)], fit.size(12), leading=1.45),
        gap(fit.gap(9)),
        signature(APPLICANT_SIGNS, fit),
        gap(fit.gap(5)),
        signature(_AGENT_SIGNS, fit),
    ]


def _who(mandate: Mandate) -> list[tuple[str, str]]:
    return [
        ("委托人", mandate.principal_name or _TO_WRITE),
        ("身份证号码", mandate.principal_id_number or _TO_WRITE),
        ("电话", mandate.principal_phone or _TO_WRITE),
        ("受托人", f"{mandate.agent_name}（{mandate.village_name}{mandate.agent_post}）"),
    ]


def _errand(mandate: Mandate) -> list[Span]:
    return [
        Span("我要办"),
        Span(f"“{mandate.item_name}”", bold=True, ink=RED_DEEP),
        Span("，委托上面这位受托人替我递交申请材料。材料里写的、交的，都是我自己的意思，我对真假负责。"),
    ]


def _powers(title: str, lines: tuple[str, ...], fit: Fit) -> list[Flowable]:
    listed = [Words(f"　{number}. {line}；", fit.size(12), leading=1.4) for number, line in enumerate(lines, 1)]
    return [Words(title, fit.size(13), bold=True), *listed, gap(fit.gap(6))]


def _period(mandate: Mandate) -> str:
    last = f"最晚到{written_date(mandate.valid_until)}，" if mandate.valid_until else ""
    return f"从签名那天起，到这件事办结、或者我收回委托那天为止；{last}办结后自动失效。"
