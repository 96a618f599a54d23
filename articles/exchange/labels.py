"""The labels of a printed page, in simplified characters and small letters, and the facts that they name."""

PAGE_SOURCE, PAGE_PUBLISHED, PAGE_UPDATED, IGNORED = "source", "published", "updated", "ignored"
LABELS = (
    dict.fromkeys(
        ("来源", "信息来源", "稿源", "稿件来源", "文章来源", "新闻来源", "来源部门", "来源单位"),
        PAGE_SOURCE,
    )
    | dict.fromkeys(
        ("发布机构", "发布单位", "发布部门", "发文机关", "发文单位", "信息提供", "公开机构", "source"), PAGE_SOURCE
    )
    | dict.fromkeys(
        ("发布时间", "发布日期", "发表时间", "发稿时间", "时间", "日期", "published", "posted", "date"), PAGE_PUBLISHED
    )
    | dict.fromkeys(("公开日期", "公布日期", "发文日期", "刊发时间", "上传时间"), PAGE_PUBLISHED)
    | dict.fromkeys(("更新时间", "更新日期", "修改时间", "最新更新", "最后更新", "updated", "modified"), PAGE_UPDATED)
    | dict.fromkeys(("浏览", "浏览次数", "浏览量", "点击", "点击数", "点击量", "点击次数", "人气", "views"), IGNORED)
    | dict.fromkeys(("阅读", "阅读数", "阅读量", "阅读次数", "访问量", "访问次数"), IGNORED)
    | dict.fromkeys(("字号", "字体", "字数", "分享", "分享到"), IGNORED)
    | dict.fromkeys(("发布者", "发布人", "录入", "录入者", "录入员", "上传者", "信息员"), IGNORED)
    | dict.fromkeys(("索引号", "主题分类", "信息分类", "体裁分类", "文号", "发文字号", "主题词", "关键词"), IGNORED)
    | dict.fromkeys(("公开方式", "公开范围", "有效性", "成文日期", "生成日期", "信息类别", "语种"), IGNORED)
)
