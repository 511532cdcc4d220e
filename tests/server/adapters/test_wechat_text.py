"""What WeChat lets a text be."""

import pytest

from server.adapters.wechat_text import message_text, template_value


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("高龄老人生活津贴", "高龄老人生活津贴"),
        ("一" * 20, "一" * 20),
        ("一" * 21, "一" * 19 + "…"),
        ("第一行\r\n第二行\u2028三", "第一行 第二行 三"),
        ("办好了🎉👨‍👩‍👧❤️☀️⏰🇨🇳1️⃣", "办好了1"),
        ("𠮷先生 ①℃ №3 →", "𠮷先生 ①℃ №3 →"),
        ("二○二六年 □", "二○二六年 □"),
        ("零宽\u200b\u202e字\ud800\ue000", "零宽字"),
        ("", "无"),
        ("🎉\n", "无"),
    ],
)
def test_a_template_value_is_one_short_line_without_pictures(given, sent):
    assert template_value(given) == sent
    assert template_value(sent) == sent


def test_a_chat_message_keeps_lines_and_pictures():
    assert message_text("第一行\n🎉") == "第一行\n🎉"


def test_a_chat_message_never_ends_inside_a_character():
    assert message_text("a" + "长" * 900) == "a" + "长" * 682
