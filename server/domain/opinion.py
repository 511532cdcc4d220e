"""常用意见 that ship with the product: plain sentences per action, for an official to insert and then to check."""

from collections.abc import Mapping

from server.domain.case import Action

MOST_OWN = 9  # as many as there are number keys
LONGEST = 200

SHIPPED: Mapping[str, tuple[str, ...]] = {
    Action.ACCEPT: ("材料齐全，符合受理条件，予以受理。",),
    Action.VERIFY: (
        "经核对原件，材料齐全、内容属实。",
        "已入户核实，情况属实。",
        "年龄、户籍与证件相符。",
    ),
    Action.GIVE_VERDICT: ("经核查，情况属实，同意。", "本部门没有不同意见。", "与本部门登记不符，不同意。"),
    Action.APPROVE: ("符合条件，同意。", "经联审和公示无异议，批准。"),
    Action.REJECT: ("经核查，不符合规定的条件：", "经公示，异议成立："),
    Action.DECLINE: ("申请事项不属于本部门职责，请向下列部门申请：",),
    Action.ISSUE: ("已当面告知结果。", "已电话告知，结果当面领取。"),
    Action.REQUEST_CORRECTION: (),
}
