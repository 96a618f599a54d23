"""Names that are not printed (CHK-06, CORR-03): of children, victims, patients, and of the relatives of suspects."""

import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from .expressions import Expression
from .numerals import number_of
from .person_names import NAME, NAME_ALONE
from .rules import Match, Rule, Severity

PRIVACY = _("Personal data")
SURNAME_ALONE = _("Write 某 for the given name, unless the family agrees.")
VICTIM = Rule("victim_named", PRIVACY, Severity.WARN, _("“%(words)s” names a victim."), SURNAME_ALONE)
RELATIVE = Rule(
    "relative_named", PRIVACY, Severity.WARN, _("“%(words)s” names a relative of a suspect."), SURNAME_ALONE
)
PATIENT = Rule(
    "patient_named",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” names somebody and their illness or addiction, which is private."),
    SURNAME_ALONE,
)
MINOR = Rule(
    "minor",
    PRIVACY,
    Severity.WARN,
    _("“%(words)s” names a child with its age or school."),
    _("Ask its guardians first, or use a changed name."),
)
MINOR_HARMED = Rule(
    "minor_harmed",
    PRIVACY,
    Severity.BLOCK,
    _("“%(words)s” names a child in a text about a crime or an accident."),
    _("Leave name, school and address out (Law on the Protection of Minors, article 103)."),
)

_CALLED = r"(?:名叫|叫做?|[,、:]|——)?"
_AGED = r"(?:[,、]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})周?岁的?)?"
_NUMERAL = r"\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]"
_AGE = rf"(?<![一二三四五六七八九十\d.])(?P<age>{_NUMERAL})周?岁(?!月|多?以[上下]|组|生日)"
_CHILD = (
    "(?<!大)(?<!留)小?学生|中学生|初中生|高中生|[初高][一二三](?:学生|女生|男生)|女生|男生|小?女孩|小?男孩|女童|男童|幼女|少女"
    "|(?<!青)少年|儿童|幼童|女婴|男婴|未成年人|孤儿"
)
# Before a name with an age: a mark, or what children and those in a case are called.
_BEFORE = (
    r"(?<![\u4e00-\u9fff])|(?<=嫌疑人|被告人|受害人|受害者|被害人)"
    "|(?<=其女|其子|之女|之子|死者|伤者|其中|学生|同学|孩子|少年|少女|女孩|男孩|女童|男童|女生|男生|儿子|女儿)"
)
_MINORS = (
    # 方小舟(男,12岁); 方小舟今年12岁
    Expression(
        rf"(?:{_BEFORE})(?P<name>{NAME_ALONE})(?:同学)?"
        rf"(?:[（(，,、 ]{{1,2}}(?:[男女]孩?[，,、 ]?)?|(?=今年|现年|年仅|只有|才|刚满))"
        rf"(?:今年|现年|年仅|只有|才|刚满)*{_AGE}",
        "岁",
    ),
    # 14岁的方小舟; 十五岁少年方小舟
    Expression(rf"(?:今年|现年|年仅|年)?{_AGE}(?:的?(?:{_CHILD})|的)(?:小名)?(?P<name>{NAME})", "岁"),
    # 方小舟,2015年5月出生
    Expression(
        rf"(?<!某)(?P<name>{NAME_ALONE})[（(，,](?:[男女][，,、])?(?P<born>(?:19|20)\d\d)年"
        r"(?:\d{1,2}月)?(?:\d{1,2}日)?出?生(?!产)",
        ("年生", "年出生", "月生", "月出生", "日生", "日出生"),
        longest=20,
    ),
)
# Only where harm is mentioned: 女生方小舟被欺凌
_CHILD_NAMED = Expression(rf"(?:{_CHILD})(?P<name>{NAME})", "生孩童幼少婴未孤")
_SCHOOL = "小学|中学|初中|高中|[一二三四五六七八九十]中|附小|附中|幼儿园|实验学校|外国语学校"
_PUPIL = Expression(
    rf"(?:{_SCHOOL})[^。,;\n]{{0,10}}(?:小?学生|同学|女生|男生|小朋友)(?P<name>{NAME})"
    rf"|(?:{_SCHOOL}|年级|[)\d一二三四五六]班)的?(?P<name2>{NAME_ALONE})(?:同学|小朋友)",
    ("学生", "同学", "女生", "男生", "小朋友"),
)
# Needed by all of these
_OF_CHILDREN = re.compile("岁|[年月日]出?生|[学中男女]生|同学|朋友|孩|童|幼|少[女年]|[男女]婴|未成年|孤儿")
_VICTIM = Expression(
    rf"(?:受害[人者]|被害[人者]|死者|遇难者|遇害者){_CALLED}{_AGED}(?:系|为)?(?!家属)(?P<name>{NAME})"
    r"|(?:强奸|猥亵|性侵|拐卖|侮辱)[^。;\n]{0,8}(?:女孩|女子|妇女|男孩|少女|幼女|女童|男童|女生)"
    rf"{_CALLED}(?P<name2>{NAME})",
    "害死遇奸亵侵拐辱",
)
_KIN = (
    "妻子|丈夫|前妻|前夫|父亲|母亲|爸爸|妈妈|儿子|女儿|哥哥|弟弟|姐姐|妹妹|爷爷|"
    "奶奶|外公|外婆|岳父|岳母|女友|男友|女朋友|男朋友"
)
_RELATIVE = Expression(
    rf"(?:嫌疑人|被告人?|罪犯|凶手|嫌犯|逃犯|服刑人员)(?:{NAME_ALONE}|[\u4e00-\u9fff]某{{1,2}})?的?"
    rf"(?:{_KIN}){_CALLED}(?P<name>{NAME})",
    "疑告犯凶刑",
)
_ILLNESS = (
    "艾滋病?|HIV|(?:肺)?结核病?|乙肝|丙肝|麻风病?|梅毒|性病|淋病|尖锐湿疣|精神病|精神分裂症?|精神障碍|抑郁症|双相情感障碍|躁狂症|狂躁症|传染病"
    "|新冠(?:肺炎|病毒)?|甲流|禽流感|鼠疫|霍乱|猴痘|白血病毒"
)
_PATIENT = Expression(
    rf"(?:{_ILLNESS})(?:确诊|病毒|疑似)?(?:患者|病人|感染者|携带者|病例){_CALLED}{_AGED}(?P<name>{NAME})"
    rf"|(?:吸毒|戒毒|涉毒|卖淫|嫖娼)(?:人员|者|女|妇女|男子|女子){_CALLED}{_AGED}(?P<name2>{NAME})"
    rf"|(?:确诊|患有?)(?:{_ILLNESS})的(?:患者|病人)?(?P<name3>{NAME})"
    rf"|(?<![\u4e00-\u9fff])(?P<name4>{NAME_ALONE})(?:[(,]?\d{{1,3}}岁[,)]?)?"
    rf"(?:是一?名?|系|患有?|患上|感染了?|查出|确诊为?)(?:{_ILLNESS})(?!专家|医生|防治|防控|疫苗|科)",
    "艾H核肝麻毒病淋疣裂碍郁躁冠甲禽鼠霍猴淫嫖",
)
_CHANGED_NAME = re.compile("[某们]|化名|平均|饰")
_MADE_UP = re.compile("饰演?|影片|电影|电视剧|剧中|剧情|小说|主演|绘本")
_HARM = re.compile(
    "强奸|性侵|猥亵|侵害|被害|受害|遇害|杀害|杀人|遗弃|虐待|欺凌|霸凌|殴打|打伤|刺伤|砍伤|捅伤|烧伤|烫伤|摔伤|咬伤|受伤|伤人|持刀|死亡|身亡|溺水|溺亡|坠楼|坠亡|跳楼"
    "|触电|中毒|自杀|自残|轻生|失踪|走失|失联|出走|拐卖|被拐|拐骗|绑架|涉嫌|涉案|犯罪|嫌疑|盗窃|偷盗|抢劫|抢夺|诈骗|斗殴|滋事|吸毒|贩毒|拘留|刑拘|批捕|逮捕|被捕"
    "|抓获|落网|判处|受审|获救|遇险|车祸|事故"
)
# With the characters that each requires: most texts contain none of them.
_NAMED = (
    (
        Expression("[受被]害[人者]|死者|遇[难害]者|强奸|猥亵|性侵|拐卖|侮辱", "害死遇奸亵侵拐辱", longest=3),
        _VICTIM,
        VICTIM,
    ),
    (Expression("嫌疑人|被告|罪犯|凶手|嫌犯|逃犯|服刑", "疑告犯凶刑", longest=3), _RELATIVE, RELATIVE),
    (
        Expression(f"{_ILLNESS}|吸毒|戒毒|涉毒|卖淫|嫖娼", "艾H核肝麻毒病淋疣裂碍郁躁冠甲禽鼠霍猴淫嫖", longest=6),
        _PATIENT,
        PATIENT,
    ),
)


def find_named_persons(text: str, at: date) -> Iterator[Match]:
    """Yield names in a normalised text that are not printed: of children, victims, patients, suspects' relatives."""
    for needed, pattern, rule in _NAMED:
        matches = pattern.finditer(text) if needed.search(text) else ()
        yield from (Match(rule, *match.span()) for match in matches if not _is_changed_name(text, match))
    yield from _find_minors(text, at)


def _find_minors(text: str, at: date) -> Iterator[Match]:
    """Yield names of children with an age below 18, or with their school; by paragraph, since the harm is mentioned
    nearby.
    """
    begin = 0
    for paragraph in text.split("\n") if _OF_CHILDREN.search(text) else ():
        if _OF_CHILDREN.search(paragraph):
            yield from _find_minors_in_paragraph(paragraph, begin, at)
        begin += len(paragraph) + 1


def _find_minors_in_paragraph(paragraph: str, begin: int, at: date) -> Iterator[Match]:
    rule = MINOR_HARMED if _HARM.search(paragraph) and not _MADE_UP.search(paragraph) else MINOR
    patterns = [*_MINORS, _PUPIL]
    patterns += [_CHILD_NAMED] if rule is MINOR_HARMED else []
    taken: set[int] = set()
    for pattern in patterns:
        for match in pattern.finditer(paragraph):
            is_new = taken.isdisjoint(range(*match.span()))
            if is_new and _is_child(match, at) and not _is_changed_name(paragraph, match):
                taken.update(range(*match.span()))
                yield Match(rule, begin + match.start(), begin + match.end())


def _is_child(match: re.Match[str], at: date) -> bool:
    """Return False for an age, or a year of birth, of somebody who is eighteen or older."""
    facts = match.groupdict()
    if facts.get("age"):
        return 0 < number_of(facts["age"]) < 18
    return not facts.get("born") or 0 <= at.year - int(facts["born"]) < 18


def _is_changed_name(text: str, match: re.Match[str]) -> bool:
    """Return True if the name is shortened (王某), or followed by a remark that it was changed."""
    name = next((words for key, words in match.groupdict().items() if key.startswith("name") and words), "")
    return bool(_CHANGED_NAME.search(name + text[match.end() : match.end() + 6].partition("。")[0]))
