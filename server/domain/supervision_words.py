"""Chinese labels of electronic supervision: where a card stands, what may be done to it, and what each rule says in law."""

from server.domain.card import CardActKind, CardState
from server.domain.card_rules import Rule
from server.domain.wanted import CardShow

CARD_STATE: dict[str, str] = {
    CardState.FALLEN: "还没看到",
    CardState.SEEN: "已看到，没有说明",
    CardState.EXPLAINED: "已说明",
    CardState.APPEALED: "申诉待审",
    CardState.UPHELD: "申诉成立，牌已撤销",
    CardState.DISMISSED: "申诉不成立",
}

CARD_ACT: dict[str, str] = {
    CardActKind.SEEN: "部门看到",
    CardActKind.REMINDED: "催办",
    CardActKind.EXPLAINED: "说明原因",
    CardActKind.APPEALED: "申诉",
    CardActKind.UPHELD: "申诉成立，撤牌",
    CardActKind.DISMISSED: "申诉不成立",
    CardActKind.ORDERED: "发督办单",
    CardActKind.ANSWERED: "回复督办单",
    CardActKind.ESCALATED: "上报上一级",
}

# For refusals: a state and what may be done there are told in one sentence.
CARD_LIFE: dict[str, str] = {**CARD_STATE, **{f"do_{kind}": words for kind, words in CARD_ACT.items()}}

# What each rule watches and on what ground. [M]: which card a breach draws is no matter of statute; these are the usual ones.
RULE_GROUND: dict[str, str] = {
    Rule.WHOLE_LIMIT: "从收件（法定时限从受理）起到办结，扣除补正、公示、特别程序的时间，超过时限（行政许可法 第42、82条；民法典 第201、203条）。",
    Rule.STAGE_LIMIT: "一个环节超过它自己的时限，全程还没有超也算。",
    Rule.LATE_ACCEPTANCE: "收到申请5个工作日内没有受理、不予受理或一次性告知补正（行政许可法 第32条第四项）。",
    Rule.NO_ONE_TIME_NOTICE: "没有一次性告知要补的全部材料，又让群众再补一次（行政许可法 第32条第四项）。",
    Rule.LATE_PUBLICATION: "办结后20个工作日内没有公开结果（政府信息公开条例 第26条）。",
    Rule.FOLLOW_UP_LIMIT: "差评没有在时限内核实、整改、回复（国办发〔2019〕51号）。",
}
# How the lists of cards count, said above each: the condition itself stands in `server.db.card`.
CARD_SHOW: dict[str, str] = {
    CardShow.ALL: "全部",
    CardShow.STANDING: "现在亮着的",
    CardShow.UNEXPLAINED: "没有说明的",
    CardShow.APPEALED: "申诉待审的",
    CardShow.ESCALATED: "逾期不说明、已上报的",
    CardShow.WITHDRAWN: "已撤销的",
}
CARD_SHOW_RULE: dict[str, str] = {
    CardShow.ALL: "亮过的牌都在这里，撤销的也在。",
    CardShow.STANDING: "没有撤销、那个时限还没有办完、到期日还是这一天的牌；同一个时限亮了红牌，黄牌就不再数。",
    CardShow.UNEXPLAINED: "没有撤销、落在的部门还没有都说明原因的牌，办结了的也算。",
    CardShow.APPEALED: "部门已经申诉、监察员还没有审定的牌。",
    CardShow.ESCALATED: "红牌记下以后过了期限还没有说明，已经上报上一级的。",
    CardShow.WITHDRAWN: "申诉成立，或者工作日历改过、重新计算后没有超时，而撤销的牌。",
}
CARD_RULE_NOTE = "亮牌规则是各地的做法，法律没有逐条规定；本市正式办法以主管部门确认为准。"
