"""Which characters are taken for one another in names: equal in sound, or alike in shape."""

import json
import unicodedata
from functools import cache, lru_cache
from importlib.metadata import distribution
from pathlib import Path

# Characters that differ by a stroke, or that are interchangeable in names.
_ALIKE_WORDS = (
    "己已巳 戊戌戍 未末 土士 日曰 人入 千干于 大太犬 刀力 天夭 王玉主 田由甲申 木本术 目且 贝见 今令 折拆 侯候 彬杉 睛晴 洋详祥 "
    "钧钓钩均 治冶 拔拨 泊柏 栗粟 微徽 竞竟 萧肖 傅付 阎闫 戴代 覃谭 邱丘 昊吴 杲果 崇祟 宇字 宣宜 宛苑 荣莱 茂茨 佳住 侠使 "
    "傲敖 永水 江汪 沐沫 泽译 浩洁 海悔 淳谆 清倩 滨宾 瀚翰 然燃 端瑞 甫甬 盈盆 睿督 秀季 程稚 竹什 索素 罗萝 聪总 描苗 菁青 "
    "蒙濛 虹红 谦廉 贤坚 轩杆 免逸 郁都 金全 铭名 锐悦 陈阵 陵陆 雪霄 雯文 霖林 颖颍 朋鹏 麟鳞 龙尤 冯马 冷泠 卞下 史吏 岑芩 "
    "师帅 庄压 宠庞 徐涂 杨扬 柳抑 汤场 沈沉 供洪 温湿 牛午 祈祁 管菅 粱梁 缪谬 翟瞿 荀苟 葛曷 辛幸 邢刑 邹皱 郝赫 闵闽 顾颜"
)
_ALIKE = _ALIKE_WORDS.split()
_TONES = dict.fromkeys(map(ord, "\u0304\u0301\u030c\u0300"))


@lru_cache(maxsize=4096)
def are_similar(one: str, other: str) -> bool:
    """Return True if two different characters sound the same, whatever the tone, or look nearly the same."""
    return one != other and (
        not _sounds_of(one).isdisjoint(_sounds_of(other)) or any(one in group and other in group for group in _ALIKE)
    )


@lru_cache(maxsize=4096)
def _sounds_of(character: str) -> frozenset[str]:
    """Return the readings of a character; readings that many people do not distinguish are one: zh and z, ing and
    in.
    """
    readings = _spoken_readings().get(str(ord(character)), "").split(",")
    return frozenset(
        _folded(unicodedata.normalize("NFD", reading).translate(_TONES)) for reading in readings if reading
    )


@cache
def _spoken_readings() -> dict[str, str]:
    """Return the readings of each character, with tones: pypinyin's table, without its code, which would load those of
    47,000 words as well: 54 MB and half a second for every process.
    """
    table = distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")
    return json.loads(Path(str(table)).read_text("utf-8"))


def _folded(reading: str) -> str:
    start = reading.replace("zh", "z").replace("ch", "c").replace("sh", "s")
    return start.removesuffix("g") if start.endswith("ng") else start
