"""Made-up news of the made-up county of 霁川, as much of it as one likes: for measuring, never for readers.

The text of an article follows from its number alone.
"""

import random
from typing import NamedTuple

SECTIONS = [
    ("要闻", "news"),
    ("乡镇动态", "towns"),
    ("部门信息", "offices"),
    ("经济", "economy"),
    ("社会", "society"),
    ("文旅", "culture"),
    ("教育", "education"),
    ("健康", "health"),
    ("农业", "farming"),
    ("公告", "notices"),
    ("图说", "pictures"),
    ("理论", "theory"),
]
# Four of ten articles are in the first section; the others share the rest unevenly.
WEIGHTS = [40, 12, 10, 8, 7, 6, 5, 4, 3, 2, 2, 1]
PLACES = [
    "望桥乡",
    "松岭镇",
    "柳溪镇",
    "白石乡",
    "云台街道",
    "青禾镇",
    "石门乡",
    "南渡镇",
    "清水湾村",
    "枫林社区",
    "北坡乡",
    "三岔河镇",
    "银杏坪村",
    "月牙塘村",
    "老渡口社区",
    "杜鹃岭林场",
]
SUBJECTS = [
    "便民桥",
    "卫生院新楼",
    "乡村公路",
    "老旧小区",
    "农贸市场",
    "图书馆",
    "灌溉渠",
    "中心小学",
    "养老服务站",
    "电商服务点",
    "油茶基地",
    "河道",
    "公交线路",
    "供水管网",
    "文化广场",
    "茶叶合作社",
    "冷库",
    "夜市",
    "体育公园",
    "防汛物资库",
]
EVENTS = [
    "通车",
    "开工",
    "完成改造",
    "投入使用",
    "迎来丰收",
    "开展巡查",
    "启动招募",
    "公布结果",
    "举行演练",
    "征求意见",
    "完成验收",
    "延长开放时间",
    "增加班次",
    "举办展览",
    "签约落户",
]
SURNAMES = "林梁许沈程叶苏邵尹顾卫骆盛柯阮"
GIVEN = [
    "晓舟",
    "静姝",
    "望舒",
    "砚池",
    "怀素",
    "知非",
    "青禾",
    "亦桥",
    "景行",
    "若谷",
    "南枝",
    "听泉",
    "映雪",
    "修远",
    "子衿",
    "明溪",
]
UNITS = ["霁川县融媒体中心", "望桥乡人民政府", "松岭镇宣传办", "霁川县农业农村局"]
SENTENCES = [
    "{day}，记者在{place}看到，{subject}已经{event}，附近居民的出行比过去方便了许多。",
    "据介绍，项目总投资{money}万元，由{place}牵头实施，工期{months}个月。",
    "“以前要绕{number}公里，现在十来分钟就到了。”住在附近的{person}说。",
    "为了不影响群众生活，施工队把高噪声作业安排在白天，并设置了临时通道。",
    "{place}相关负责人表示，下一步将继续听取群众意见，把好事办好、实事办实。",
    "目前，已有{number}户居民报名参加，志愿者每周上门走访一次。",
    "今年以来，{place}围绕{subject}先后召开{few}次协调会，解决问题{number}个。",
    "技术人员提醒，近期气温变化较大，请及时关注天气预报，做好田间管理。",
    "现场，工作人员逐一核对台账，对发现的{few}处隐患当场提出整改意见。",
    "截至目前，{subject}累计服务群众{large}人次，满意率达到{percent}%。",
    "{person}告诉记者，去年这个时候，大家还在为这件事发愁。",
    "活动期间，{place}还组织了政策讲解、便民服务和文艺演出。",
    "按照计划，全部工程将于年底前完成，届时可惠及{few}个行政村、{large}名群众。",
    "有关部门将对实施情况进行跟踪，并及时向社会公布进展。",
]
HEADINGS = ["现场见闻", "群众说", "怎么做的", "接下来"]


class Text(NamedTuple):
    """One article's words: its place in SECTIONS, and who wrote it and answers for it as (name, unit)."""

    section: int
    title: str
    summary: str
    body: str
    keywords: list[str]
    writer: tuple[str, str]
    editor: tuple[str, str]


def people() -> list[tuple[str, str]]:
    """Everyone who is credited, as (name, unit)."""
    return [
        (surname + given, UNITS[(i + j) % len(UNITS)])
        for i, surname in enumerate(SURNAMES)
        for j, given in enumerate(GIVEN)
    ]


PEOPLE = people()


def text_of(number: int) -> Text:
    """The article of this number."""
    chance = random.Random(number)
    pick = chance.choice
    place, subject, event = pick(PLACES), pick(SUBJECTS), pick(EVENTS)
    writer, editor = pick(PEOPLE), pick(PEOPLE)
    words = {
        "place": place,
        "subject": subject,
        "event": event,
        "day": f"{1 + number % 12}月{1 + number % 28}日",
        "money": chance.randrange(20, 4000),
        "months": chance.randrange(2, 19),
        "number": chance.randrange(3, 400),
        "few": chance.randrange(2, 13),
        "large": chance.randrange(500, 90_000),
        "percent": chance.randrange(85, 100),
        "person": pick(PEOPLE)[0],
    }
    sentences = [sentence.format(**words) for sentence in chance.sample(SENTENCES, chance.randrange(8, 15))]
    paragraphs = [f"<p>{''.join(sentences[i : i + 2])}</p>" for i in range(0, len(sentences), 2)]
    if number % 5 == 0:
        paragraphs.insert(len(paragraphs) // 2, f"<h2>{pick(HEADINGS)}</h2>")
    if number % 17 == 0:
        rows = "".join(f"<tr><td>{p}</td><td>{chance.randrange(10, 900)}</td></tr>" for p in chance.sample(PLACES, 4))
        paragraphs.append(f"<table><tbody><tr><th>地点</th><th>户数</th></tr>{rows}</tbody></table>")
    title = pick(
        [
            f"{place}{subject}{event}",
            f"{place}：{subject}{event}惠及{words['large']}人",
            f"{subject}{event}，{place}群众点赞",
            f"{place}投资{words['money']}万元推进{subject}建设",
        ]
    )
    section = chance.choices(range(len(SECTIONS)), WEIGHTS)[0]
    return Text(section, title, sentences[0], "".join(paragraphs), [place, subject], writer, editor)
