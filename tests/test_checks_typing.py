"""The machine finds mistyped marks and characters, and accepts intended ones (CHK-08)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.checks import punctuation, typed_characters

TODAY = date(2026, 11, 28)


def found(text):
    finders = (punctuation.find_wrong_marks, typed_characters.find_wrong_characters)
    return [
        (match.rule.name, text[match.start : match.end], match.suggestion)
        for finder in finders
        for match in finder(text, TODAY)
    ]


@pytest.mark.parametrize(
    ("text", "rule", "words", "right"),
    [
        ("今天,晴。", "half_width_mark", ",", "，"),
        ("他说:“好。”", "half_width_mark", ":", "："),
        ("通车了.", "half_width_mark", ".", "。"),
        ('他说"好"。', "half_width_mark", '"好"', "“好”"),
        ("他说“好。", "unpaired_mark", "他说“好。", ""),
        ("他说好”。", "unpaired_mark", "他说好”。", ""),
        ("《桥》通了》", "unpaired_mark", "《桥》通了》", ""),
        ("（记者方知远", "unpaired_mark", "（记者方知远", ""),
        ("桥通了。。", "doubled_mark", "。。", ""),
        ("桥通了，。", "doubled_mark", "，。", ""),
        ("他问：“通了吗？”。", "doubled_mark", "？”。", ""),
        ("他说：“桥通了”。", "mark_outside_quotation", "”。", "。”"),
        ("第1O0号", "lookalike_letter", "O", ""),
        ("更新&nbsp;内容", "unreadable_character", "&nbsp;", ""),
        ("文字ã€‚乱码", "unreadable_character", "ã€‚", ""),
        ("国家□政策", "unreadable_character", "□", ""),
        ("“桥通了。”。", "doubled_mark", "。”。", ""),
        ("好！！！！", "doubled_mark", "！！！！", ""),
        ("等等......", "wrong_ellipsis", "......", "……"),
        ("等等。。。", "wrong_ellipsis", "。。。", "……"),
        ("等等…", "wrong_ellipsis", "…", "……"),
        ("望桥--白苇", "wrong_dash", "--", "——"),
        ("，桥通了。", "leading_mark", "，", ""),
        ("２０２６年", "full_width_letter", "２０２６", "2026"),
        ("\u0410pple手机", "lookalike_letter", "\u0410pple", ""),  # a Cyrillic A
        ("2O26年", "lookalike_letter", "O", ""),
        ("二○二六年", "lookalike_letter", "○", ""),
        ("桥\ue000通", "unreadable_character", "\ue000", ""),
        ("桥\ufffd通", "unreadable_character", "\ufffd", ""),
        ("桥\ufffc通", "unreadable_character", "\ufffc", ""),
        ("桥\u200d通", "unreadable_character", "\u200d", ""),
        ("望桥的的桥", "word_twice", "的的", ""),
        ("上午上午8时", "word_twice", "上午上午", ""),
        ("大橋通车", "traditional_character", "橋", "桥"),
    ],
)
def test_what_nobody_means_to_type_is_found(text, rule, words, right):
    assert found(text) == [(rule, words, right)]


@pytest.mark.parametrize(
    "text",
    [
        "3:2，10,000元，3.5%，a.b，Mr. Fang",
        "他说：“好……”（掌声）",
        "“一段话\n“又一段话。”",
        "it’s",
        "1）一 （2）二 a）三",
        "太好了！！真的？！",
        "中国—东盟，望桥——白苇",
        "目的的确，打的的人",
        "二〇二六年，DNA，β受体",
        "乾隆，哪吒",
        "网评丨桥通了",
        "他演唱“Beyoncé”、Renée的歌",
        "用Excel和Linux写",
        "這是傳統漢字寫成的文章，從頭到尾沒有簡化",
    ],
)
def test_what_is_meant_is_not(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("traditional", "length", "hits"), [(3, 20, 3), (4, 20, 0), (4, 80, 4), (5, 80, 0), (5, 100, 5)]
)
def test_few_traditional_characters_are_slips_and_many_are_meant(traditional, length, hits):
    text = ("橋" * traditional).rjust(length, "文")
    assert [rule for rule, _words, _right in found(text)] == ["traditional_character"] * hits


def test_a_paragraph_that_breaks_off_is_for_information():
    text = "望桥乡的便民桥今日通车。从此村民出行不必再绕远路到白苇镇\n" + "第二段写了通车以后的事情。" * 3
    assert [rule for rule, _words, _right in found(text)] == ["unended_paragraph"]


PIECES = st.sampled_from([*"“”‘’（）()《》【】，。、：；！？…—-.,'\"1a的桥\n\ue000Ａ", "橋", "的的"])


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_can_be_read(text):
    for _rule, words, _right in found(text):
        assert words
