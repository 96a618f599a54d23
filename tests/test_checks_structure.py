"""The machine checks titles, pictures, tables and links (CHK-09), and at the byline against the credits (CRED-02)."""

import pytest
from django.utils import timezone

from articles.checks import hits
from articles.checks.written_rules import WrittenRules

NO_RULES = WrittenRules([])

IMAGE = '<img src="/media/pictures/a.jpg" alt="{alt}">'
PICTURE = {"file": "pictures/a.jpg", "alt": "", "credit": ""}
EMPTY = {"kicker": "", "title": "桥通了", "subtitle": "", "summary": "", "body": "<p>望桥通车。</p>"}
EMPTY |= {"pictures": [], "attachments": [], "credits": [], "origin": "own"}


def found(**fields):
    content = EMPTY | fields
    return [(hit.rule.name, hit.words) for hit in hits.find_hits(content, NO_RULES, at=timezone.now())]


def names(**fields):
    return [rule for rule, _words in found(**fields)]


def credit(name, role="reporter"):
    return {"role": role, "name": name, "unit": ""}


def test_titles():
    assert found(title="桥通了。") == [("title_ends_with_mark", "。")]
    assert names(title="桥" * 31) == ["title_too_long"]
    for right in ("桥通了！", "桥通了吗？", "桥通了……", "桥" * 30, "“桥”"):
        assert found(title=right) == []


def test_the_first_paragraph():
    assert found(body="<h2>背景</h2><p>望桥通车。</p>") == [("first_paragraph_missing", "背景 望桥通车。")]
    assert found(body="<p>望桥通车。</p><h2>背景</h2>") == []


@pytest.mark.parametrize(
    ("body", "picture", "credits", "rules"),
    [
        (IMAGE.format(alt=""), {}, [], {"without_description", "without_caption", "photographer"}),
        (IMAGE.format(alt="桥"), {}, [], {"without_caption", "photographer"}),
        (IMAGE.format(alt=""), {"alt": "桥", "credit": "陶一宁"}, [], {"without_caption"}),
        (IMAGE.format(alt="桥"), {}, [credit("陶一宁", "photo")], {"without_caption"}),
        (f"<figure>{IMAGE.format(alt='桥')}<figcaption>桥上。</figcaption></figure>", {}, [], {"photographer"}),
        (f"<figure>{IMAGE.format(alt='桥')}<figcaption>桥上。陶一宁 摄</figcaption></figure>", {}, [], set()),
    ],
)
def test_pictures(body, picture, credits, rules):
    said = names(body=f"<p>望桥通车。</p>{body}", pictures=[PICTURE | picture], credits=credits)
    assert {name.removeprefix("picture_").removesuffix("_missing") for name in said} == rules


def test_a_hit_about_a_picture_is_at_the_picture():
    body = f"<p>望桥通车。</p>{IMAGE.format(alt='桥')}"
    hit = hits.find_hits(EMPTY | {"body": body, "pictures": [PICTURE]}, NO_RULES, at=timezone.now())[0]
    assert body[hit.start : hit.end] == IMAGE.format(alt="桥")


@pytest.mark.parametrize(
    ("label", "caption", "credit", "warns"),
    [
        ('{"Label": "1"}', "桥的效果图。", "陶一宁", True),
        ("trainedAlgorithmicMedia", "桥的效果图。", "", True),
        ("trainedAlgorithmicMedia", "MAIN AIR 桥", "", True),
        ("trainedAlgorithmicMedia", "桥的效果图，由AI生成。", "", False),
        ("compositeWithTrainedAlgorithmicMedia", "桥的效果图。", "AIGC制图 陶一宁", False),
        ('{"Label": "2"}', "人工智能修复的老照片。", "", False),
        ("", "桥的效果图。", "陶一宁", False),
    ],
)
def test_a_picture_whose_file_says_that_ai_made_it_says_so_itself(label, caption, credit, warns):
    body = f"<p>望桥通车。</p><figure>{IMAGE.format(alt='桥')}<figcaption>{caption}</figcaption></figure>"
    said = names(body=body, pictures=[PICTURE | {"ai_label": label, "credit": credit}])
    assert ("ai_not_declared" in said) is warns


def test_tables_and_links():
    assert names(body="<p>望桥通车。</p><table><tbody><tr><td>甲</td></tr></tbody></table>") == ["table_without_head"]
    assert names(body="<p>望桥通车。</p><table><thead><tr><th>甲</th></tr></thead></table>") == []
    assert found(body='<p>详情<a href="https://a.example/">点击这里</a>。</p>') == [("link_says_nothing", "点击这里")]
    assert names(body='<p>详情见<a href="https://a.example/">通车公告</a>。</p>') == []


def test_the_byline_and_the_credits_name_the_same_people():
    body = "<p>望桥通车。（记者 方知远 林晓舟）</p>"
    both = [credit("方知远"), credit("林晓舟"), credit("梁静姝", "responsible_editor")]
    assert found(body=body, credits=both) == []
    assert found(body=body, credits=both[:1]) == [("byline_not_credited", "林晓舟")]
    assert found(body=body, credits=[*both, credit("陶一宁")]) == [("credit_not_in_byline", "陶一宁")]
    assert found(body=body, origin="reprint") == []
    assert found(credits=both) == []
