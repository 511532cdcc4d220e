"""Chinese labels for stored words: looked up here, never stored."""

from server.domain.assignment import HandDeed
from server.domain.card_rules import ClockKind, Rule
from server.domain.case import Action, Status
from server.domain.conflict import ConflictKind, ConflictState, Relation
from server.domain.correction import CorrectionReason
from server.domain.people import Deed, Role
from server.domain.power_use import Finding, UseState
from server.domain.review import Verdict

STATUS: dict[str, str] = {
    Status.AWAITING_ACCEPTANCE: "待受理",
    Status.IN_VERIFICATION: "核验中",
    Status.IN_JOINT_REVIEW: "部门联审中",
    Status.IN_PUBLIC_NOTICE: "公示中",
    Status.AWAITING_DECISION: "审批中",
    Status.AWAITING_ISSUE: "已批准，待送达",
    Status.AWAITING_CORRECTION: "等您补材料",
    Status.COMPLETED: "已办结",
    Status.REJECTED: "未获批准",
    Status.DECLINED: "不予受理",
    Status.WITHDRAWN: "已撤回",
    Status.TERMINATED: "已终止",
}

ACTION: dict[str, str] = {
    Action.ACCEPT: "受理",
    Action.DECLINE: "不予受理",
    Action.VERIFY: "核验通过",
    Action.GIVE_VERDICT: "出具意见",
    Action.REQUEST_CORRECTION: "一次性补正",
    Action.ANSWER_CORRECTION: "补交材料",
    Action.APPROVE: "批准",
    Action.REJECT: "不批准",
    Action.ISSUE: "送达办结",
    Action.RATE: "评价",
    Action.HAND_OVER: "转办",
    Action.ADD_PARTY: "增加联审部门",
    Action.CONCLUDE_REVIEW: "不再等，结束联审",
    Action.GIVE_LATE_VERDICT: "补交意见",
    Action.REQUEST_EXTENSION: "申请延期",
    Action.DECIDE_EXTENSION: "批延期",
    Action.START_SPECIAL_PROCEDURE: "进入特别程序",
    Action.END_SPECIAL_PROCEDURE: "特别程序结束",
    Action.OBJECT: "登记异议",
    Action.DECIDE_OBJECTION: "答复异议",
    Action.ALLOW_SECOND_CORRECTION: "准许再次补正",
    Action.WITHDRAW: "撤回申请",
    Action.TERMINATE: "终止办理",
    Action.REOPEN: "恢复办理",
    Action.STATE_RESULT: "补填公开内容",
}

ROLE: dict[str, str] = {
    Role.VILLAGER: "群众",
    Role.VILLAGE_AGENT: "村代办员",
    Role.TOWNSHIP_COUNTER: "乡镇经办员",
    Role.DEPARTMENT_REVIEWER: "部门审核员",
    Role.DEPARTMENT_HEAD: "审批员",
    Role.SUPERVISOR: "电子监察员",
    Role.CONTROL_CENTRE: "综控中心",
}

VERDICT: dict[str, str] = {
    Verdict.AGREE: "同意",
    Verdict.DISAGREE: "不同意",
    Verdict.NOT_APPLICABLE: "不适用",
}

CORRECTION_REASON: dict[str, str] = {
    CorrectionReason.MISSING: "缺少",
    CorrectionReason.WRONG: "不对",
    CorrectionReason.OUTDATED: "过期",
    CorrectionReason.UNCLEAR: "看不清",
}

EVENT: dict[str, str] = {
    "received": "村里收件",
    "accepted": "受理",
    "declined": "不予受理",
    "verified": "核验通过",
    "not_applicable": "跳过一步",
    "verdict_given": "部门意见",
    "correction_requested": "请补材料",
    "correction_answered": "材料已补齐",
    "public_notice_started": "开始公示",
    "public_notice_ended": "公示结束",
    "approved": "批准",
    "rejected": "未获批准",
    "issued": "送达",
    "completed": "办结",
    "rated": "已评价",
    "deemed_accepted": "视为受理",
    "handed_over": "转办",
    "party_added": "增加联审部门",
    "review_concluded": "联审结束",
    "late_verdict_given": "部门补交意见",
    "extension_requested": "申请延期",
    "extended": "延期",
    "extension_refused": "延期未批准",
    "special_procedure_started": "进入特别程序",
    "special_procedure_ended": "特别程序结束",
    "objection_received": "收到异议",
    "objection_upheld": "异议成立，重新调查",
    "objection_dismissed": "异议不成立",
    "second_correction_allowed": "准许再次补正",
    "withdrawn": "撤回申请",
    "terminated": "终止办理",
    "reopened": "恢复办理",
    "benefit_suspended": "暂停发放",
    "benefit_resumed": "恢复发放",
    "benefit_terminated": "终止待遇",
    "benefit_stopped": "停发待遇",
    "benefit_restored": "误报更正，恢复待遇",
    "result_published": "结果已公开",
}

POWER_USE: dict[str, str] = {
    UseState.RUNNING: "正在办",
    UseState.COMPLETED: "已办完",
    UseState.STOPPED: "已停止",
    UseState.OUTSIDE_LIST: "清单外用权，待乡镇核查",
    UseState.OUTSIDE_ANSWERED: "清单外用权，已核查",
}

FINDING: dict[str, str] = {
    Finding.IN_LIST: "属于清单里的权力",
    Finding.IMPROPER: "不当，已责令纠正",
    Finding.NO_SUCH_MATTER: "没有这回事",
}

HAND_DEED: dict[str, str] = {
    HandDeed.TAKE: "我来办",
    HandDeed.GIVE_BACK: "交回本岗",
    HandDeed.TAKE_OVER: "接过来办",
    HandDeed.ASSIGN: "交给",
    HandDeed.TAKE_BACK: "收回",
}

ACCOUNT_DEED: dict[str, str] = {
    Deed.CREATE: "开账号",
    Deed.DISABLE: "停用",
    Deed.ENABLE: "恢复使用",
    Deed.UNLOCK: "解锁",
    Deed.RESET_PASSWORD: "重置密码",
    Deed.MOVE: "调岗",
    Deed.SET_ABSENCE: "登记不在岗",
}

RELATION: dict[str, str] = {
    Relation.SELF: "本人",
    Relation.SPOUSE: "配偶",
    Relation.PARENT: "父母",
    Relation.CHILD: "子女",
    Relation.SIBLING: "兄弟姐妹",
    Relation.GRANDPARENT: "祖父母、外祖父母",
    Relation.GRANDCHILD: "孙子女、外孙子女",
    Relation.FURTHER: "三代以内旁系血亲或近姻亲",
}

CONFLICT_KIND: dict[str, str] = {
    ConflictKind.DECLARED: "申请人自述",
    ConflictKind.MATCHED: "与登记的身份证号相符",
    ConflictKind.POSSIBLE: "可能（姓名和村相同，没有身份证号可核对）",
}

CONFLICT_STATE: dict[str, str] = {
    ConflictState.OPEN: "待核实",
    ConflictState.CONFIRMED: "已核实，属实",
    ConflictState.DISMISSED: "已核实，不是",
}

CASE_NOTE: dict[str, str] = {
    "opinion_before": "重新调查",
    "assigned": "分办",
    "conflict_found": "近亲属提示",
    "conflict_decided": "近亲属核实",
    "duplicate_found": "可能重复",
}

CARD: dict[str, str] = {"yellow": "黄牌", "red": "红牌"}
PAUSE: dict[str, str] = {
    "correction": "等补材料",
    "public_notice": "公示",
    "special_procedure": "特别程序",
    "objection": "异议复查",
    "closed": "曾经办结或终止",
    "follow_up_review": "等综控中心复核",
}
CLOCK: dict[str, str] = {
    ClockKind.PROMISED: "承诺时限",
    ClockKind.STATUTORY: "法定时限",
    ClockKind.STAGE: "环节时限",
    ClockKind.ACCEPTANCE: "受理时限",
    ClockKind.PUBLICATION: "公开时限",
    ClockKind.FOLLOW_UP: "差评整改时限",
}
RULE: dict[str, str] = {
    Rule.WHOLE_LIMIT: "全程时限",
    Rule.STAGE_LIMIT: "环节时限",
    Rule.LATE_ACCEPTANCE: "逾期不受理也不告知",
    Rule.NO_ONE_TIME_NOTICE: "没有一次性告知",
    Rule.LATE_PUBLICATION: "逾期不公开",
    Rule.FOLLOW_UP_LIMIT: "差评整改逾期",
}
LABELS: dict[str, str] = {**STATUS, **ACTION}
