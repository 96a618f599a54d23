"""The words for roles in bylines, and the roles of credits that they mean."""

from ..models import Credit

ROLES: dict[str, Credit.Role] = {
    "作者": Credit.Role.AUTHOR,
    "记者": Credit.Role.REPORTER,
    "文字记者": Credit.Role.REPORTER,
    "实习生": Credit.Role.REPORTER,
    "通讯员": Credit.Role.CORRESPONDENT,
    "供稿": Credit.Role.CORRESPONDENT,
    "撰稿": Credit.Role.TEXT,
    "撰文": Credit.Role.TEXT,
    "文字": Credit.Role.TEXT,
    "文": Credit.Role.TEXT,
    "摄影记者": Credit.Role.PHOTO,
    "摄影": Credit.Role.PHOTO,
    "摄": Credit.Role.PHOTO,
    "图片": Credit.Role.PHOTO,
    "图": Credit.Role.PHOTO,
    "供图": Credit.Role.PHOTO,
    "文/图": Credit.Role.TEXT_PHOTO,
    "图/文": Credit.Role.TEXT_PHOTO,
    "图文": Credit.Role.TEXT_PHOTO,
    "文图": Credit.Role.TEXT_PHOTO,
    "摄影报道": Credit.Role.TEXT_PHOTO,
    "视频": Credit.Role.VIDEO,
    "摄像": Credit.Role.VIDEO,
    "责任编辑": Credit.Role.RESPONSIBLE_EDITOR,
    "责编": Credit.Role.RESPONSIBLE_EDITOR,
    "值班编辑": Credit.Role.DUTY_EDITOR,
    "值班编委": Credit.Role.DUTY_EDITOR,
    "责任编委": Credit.Role.DUTY_EDITOR,
    "值班主任": Credit.Role.DUTY_EDITOR,
    "值班总编": Credit.Role.DUTY_EDITOR,
    "总值班": Credit.Role.DUTY_EDITOR,
    "编辑": Credit.Role.EDITOR,
    "文字编辑": Credit.Role.EDITOR,
    "图片编辑": Credit.Role.EDITOR,
    "视频编辑": Credit.Role.EDITOR,
    "责任校对": Credit.Role.PROOFREADER,
    "责校": Credit.Role.PROOFREADER,
    "校对": Credit.Role.PROOFREADER,
    "审核": Credit.Role.REVIEWER,
    "编审": Credit.Role.REVIEWER,
    "初审": Credit.Role.REVIEWER,
    "复审": Credit.Role.REVIEWER,
    "终审": Credit.Role.REVIEWER,
    "一审": Credit.Role.REVIEWER,
    "二审": Credit.Role.REVIEWER,
    "三审": Credit.Role.REVIEWER,
    "一审一校": Credit.Role.REVIEWER,
    "二审二校": Credit.Role.REVIEWER,
    "三审三校": Credit.Role.REVIEWER,
    "审签": Credit.Role.REVIEWER,
    "签发": Credit.Role.REVIEWER,
    "一校": Credit.Role.PROOFREADER,
    "二校": Credit.Role.PROOFREADER,
    "三校": Credit.Role.PROOFREADER,
    "总监制": Credit.Role.PRODUCER,
    "监制": Credit.Role.PRODUCER,
}
# Labels of English pages, by the one above that they mean.
ENGLISH_ROLES = {
    "author": "作者",
    "by": "作者",
    "reporter": "记者",
    "correspondent": "通讯员",
    "photo": "摄影",
    "photographer": "摄影",
    "editor": "编辑",
    "proofreader": "校对",
}
# Roles without a counterpart in Credit.Role: these people are kept in the text and make no credit.
OTHER_ROLES = (
    "策划",
    "统筹",
    "制作",
    "剪辑",
    "播音",
    "主播",
    "配音",
    "设计",
    "制图",
    "排版",
    "美编",
    "翻译",
    "主编",
    "总编",
)
# Roles that may follow the names: 方知远 摄, 林晓舟 文/图.
TRAILING_ROLES = {
    *("文", "图", "摄", "摄影", "文/图", "图/文", "图文", "文图"),
    *("摄影报道", "视频", "摄像", "供稿", "供图"),
}
# Roles that may have the person's employer as a prefix: 霁川日报记者.
ROLES_WITH_UNIT = {"记者", "文字记者", "通讯员", "实习生", "摄影记者"}

BREAKS = r"\s、，,;；|｜/／:：："  # between the words of a byline
LONG_ROLES = "|".join(sorted((role for role in ROLES if len(role) > 1 and "/" not in role), key=len, reverse=True))
