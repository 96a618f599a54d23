"""Brings bylines as they are printed into one form: 記者王大明／台北報導, By John Smith, Staff Reporter, 责编丨梁静姝."""

import re

from ..sanitising import CHINESE_LETTERS
from ..search.folding import simplified_text
from .roles import BREAKS, LONG_ROLES, ROLES

_HAN = CHINESE_LETTERS
# Words of bylines in traditional characters; names keep theirs.
_TRADITIONAL = re.compile(
    "記者|實習生|通訊員|撰稿|文字|攝影|攝像|圖片|供圖|視頻|圖文|文圖|責任編輯|責編|編輯|編審|責任校對|校對|審核|初審|複審|終審|監製|編導"
    "|本報|本網|報導|綜合|特約|見習"
    rf"|(?<![^{BREAKS}（(【〔［])[圖攝](?![^{BREAKS}])"
)
# What follows a name: the place, and how it was reported. 王大明／台北報導, 王大明台北25日電, 方知远 霁川报道
_PLACES = (
    "[台臺][北中南東]|新北|高雄|桃園|基隆|新竹|苗栗|彰化|南投|雲林|嘉義|屏東|宜蘭|花蓮|澎湖|金門|香港|澳門|北京|上海"
)
_HOW = "(?:即[時时]|[綜综]合|現場|现场|連線|连线|獨家|独家|採訪|采访|實地|特別|专题)?"
_REPORTED = rf"{_HOW}(?:報導|報道|报导|报道|專訪|专访|特稿|攝影報導)"
_REPORT = re.compile(
    rf"\s?[／/]\s?[{_HAN}]{{0,8}}?(?:\d{{1,2}}日)?(?:{_REPORTED}|[電电])(?![{_HAN}])"
    rf"|(?:(?<=[记者訊讯员員][{_HAN}]{{2}})|(?<=[者员員][{_HAN}]{{3}}))报道(?![{_HAN}])"
    rf"|(?<=[{_HAN}])(?:{_PLACES})(?:\d{{1,2}}日)?(?:{_REPORTED}|[電电])(?![{_HAN}])"
)

_ROLE = "|".join(sorted(ROLES, key=len, reverse=True))
_BAR_AFTER_ROLE = re.compile(
    rf"(?<![^\s|｜（(【])(?:({_ROLE})\s?[丨︱]|({LONG_ROLES})\s?[/／]"
    rf"|([文图摄])\s?[/／](?=\s?(?!{_ROLE})[{_HAN}·]{{2,}}(?![^{BREAKS}）)】])))\s?(?=\S)"
)
_BRACKET_AS_LABEL = re.compile(rf"(?<![^\s{_HAN}])[【\[]({LONG_ROLES})[】\]]\s{{0,2}}(?=[^\s:：])")
_ENGLISH_AND = re.compile(r"(?<=[a-z]) (?:and|&) (?=[A-Z])")
_ENGLISH_BY = re.compile(
    r"(?:(?<=^)|(?<=[(（|｜] )|(?<=[(（|｜]))(?:By|BY|(?:Written|Reported|Story|Text) by) (?=[A-Z])"
)
# John Smith, Jichuan Daily Senior Reporter
_ENGLISH_POST = re.compile(
    r",\s?(?:[A-Z][\w.&'’-]{0,30} ){0,5}(?:[Rr]eporter|[Ww]riter|[Cc]orrespondent|[Jj]ournalist|[Ee]ditor)s?"
    r"(?=\s{0,4}(?:$|[|｜)）]))"
)


def plain_byline(text: str) -> str:
    """Return the text with its words for roles in simplified characters, and without where and how it was reported."""
    return _TRADITIONAL.sub(lambda found: simplified_text(found[0]), _REPORT.sub(" ", text))


def with_colons(text: str) -> str:
    """Return the plain byline with a colon for the bar that pages print after a role, for the brackets round one, and
    after an English "By"; with a comma for "and" between English names, and without what English reporters are.
    """
    text = _ENGLISH_POST.sub("", _ENGLISH_AND.sub(", ", plain_byline(text)))
    text = re.sub(r"(?<!\S)Photos? by (?=[A-Z])", "Photo: ", text)
    return _ENGLISH_BY.sub("By: ", _BAR_AFTER_ROLE.sub(r"\1\2\3：", _BRACKET_AS_LABEL.sub(r" \1：", text)))
