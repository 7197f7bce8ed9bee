"""Rules that tell a page's furniture from its text, line by line.

Every rule has a name, which is the reason in the removal ledger. Rules see a line in simplified
script with white space collapsed and full-width forms folded; they are tried in order.
"""

from __future__ import annotations

import re

_FOLD = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}


def fold_line(text: str) -> str:
    """Return *text* with full-width forms folded to half width and white space collapsed."""
    return re.sub(r"\s+", " ", text.translate(_FOLD)).strip()


_PERSON = r"[\u4e00-\u9fff·]{2,4}"
_NAMES = rf"{_PERSON}(?:[ ,、/]+{_PERSON}){{0,5}}"
_LABELS = (
    r"(?:本报|本网|本站|本刊|特约|实习|见习)?(?:记者|通讯员|作者单位|作者|责任编辑|责编|编辑|文字编辑|视频编辑|文章来源|来源|稿源|出处|供稿|"
    r"供图|撰稿|摄影|摄|审核|校对|编审|主编|监制|发布时间|发表时间|发布日期|发布者|发布人|录入|录入者|更新时间|时间|日期|点击数|点击|"
    r"浏览次数|浏览量|浏览|阅读次数|阅读量|阅读|访问量|字号|字体|信息员|投稿|打印|关键词|关键字|标签|文号|索引号|公开方式|主送|抄送|印数|印发|共印|主题词|签发|选稿|编辑者)"
)
_END_OF_SENTENCE = re.compile(r"[。!?;！？；][”’」』)）】》\"']*$")

LINE_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        ("debris", r"[\W_]*"),
        ("debris", r"(?:页|第)\s*[::]?\s*\[?\d{0,3}\]?|\[\d{1,3}\](?:\s*\[\d{1,3}\])*|[-—–·]*\s*\d{1,3}\s*[-—–·]*"),
        ("debris", r"第\s*\d+\s*页(?:\s*共\s*\d+\s*页)?|\d+\s*/\s*\d+"),
        ("footer", r".*(?:版权所有|Copyright|All Rights Reserved|ICP证|ICP备|公网安备|网站备案|技术支持:|主办单位:|承办单位:|邮政?编码?:).*"),
        ("footer", r"(?:地址|电话|传真|联系电话|邮箱|E-?mail)\s*[::&].{0,80}"),
        ("menu", r"(?:(?:首页|主页|网站首页|返回首页|更多>{0,2}|登录|注册|设为首页|加入收藏|网站地图|联系我们|法律声明|关于我们|关于\S{2,6}网)\W*)+"),
        ("menu", r"(?:首页|主页)\s*(?:English|EN|中文|繁体|简体|移动版|手机版)"),
        ("menu", r"(?:\S{2,9}\s*[|│丨·•]\s*){2,}\S{2,9}"),
        ("menu", r"[^。！？；!?;]*(?:[|│丨｜][^。！？；|│丨｜]{1,12}){3,}"),
        ("menu", r"[•·▪■◆●]\s*\S{1,8}"),
        ("menu", r"(?:当前位置|您(?:现在|当前)?的?位置|所在位置|你的位置)\s*[::]?.{0,120}|.{0,40}>{1,2}\s*正文"),
        ("menu", r"(?:上一篇|下一篇|上一条|下一条|上一页|下一页|相关(?:链接|阅读|新闻|文章|推荐)|推荐阅读|热门(?:文章|推荐)|延伸阅读|猜你喜欢|(?:您|你)?可能(?:还)?感兴趣|相关文档)\s*[::]?.{0,80}"),
        ("share bar", r"(?:【?(?:打印(?:正文|本页|文章)?|关闭(?:窗口|本页)?|收藏|字号|[大中小]|分享(?:到)?|微信|微博|"
         r"QQ空间|新浪微博|复制链接|纠错|评论|返回顶部|回到顶部|我要评论)】?\W*)+"),
        ("share bar", r"分享到[::].{0,60}|扫一扫.{0,30}|.{0,12}(?:二维码|微信公众号)"),
        ("notice", r".*(?:下载(?:本)?文档|仅部分预览|部分预览|申请退款|侵犯您的权益|联系客服|客服工作时间|"
         r"文档内容的完整性|用户上传|概不退换|仅展示前|以下载内容为准|在线预览|会员下载|举报(?:该)?文|版权归原作者|免责声明|转载请注明|仅供参考.{0,20}(?:平台|本站)|本文档由|付费下载|上传者).*"),
        ("links", r".{0,60}\.(?:docx?|pdf|pptx?|xlsx?|rar|zip)(?:\s.*)?"),
        ("byline", rf"[(【\[]?(?:{_LABELS}\s*[::/].{{0,60}}\s*)+[)】\]]?"),
        ("byline", r"[(【\[](?:本报|本网|新华社)?(?:特约)?(?:记者|通讯员|文字编辑|视频编辑|责任编辑|编辑|作者|文/|摄影|供稿|来源|据).{0,60}[)】\]]"),
        ("byline", rf"(?:本报|本网|特约)?(?:记者|通讯员)\s+{_NAMES}(?:\s*(?:通讯员|摄影|报道|文/?图?)\s*(?:{_NAMES})?)?"),
        ("byline", r"[(【\[](?:作者|根据|此文|本文).{0,60}(?:整理|审阅|书记|主任|县长|市长|局长|部长|部|委|局|院|校|所|单位|刊登|节选|摘编|有删节)[)】\]]"),
        ("byline", r"作者:.{0,20}《.{2,20}》.{0,40}"),
        ("masthead", r"(?:《.{2,16}》|.{2,12}(?:日报|晚报|时报|早报|都市报|周刊|杂志|网))?"
         r"\s*\(?\s*\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2}日?\s*(?:星期.|周.)?\s*"
         r"(?:第?\d{1,3}版.{0,8})?\)?\s*(?:\d{1,2}:\d{2}(?::\d{2})?)?.{0,10}"),
        ("masthead", r".{2,16}(?:选登|征文|专栏|专刊|特刊|理论版|本版导读)"),
        ("caption", r".{0,60}\((?:左|右|中|前|后|左[一二三四五1-5]|右[一二三四五1-5]|前排|后排|资料图|图|.{0,8}摄)\).*"),
        ("caption", r"(?:上图|下图|左图|右图|图[一二三四五\d]?)\s*(?:为|[::]|是).{0,120}"),
        ("caption", rf"(?:图/|摄影/|图片来源).{{0,30}}|.{{2,80}}(?:{_PERSON})\s?摄"),
        ("notice", r"(?:声明|郑重声明|版权声明|特别声明)\s*:?.{0,60}(?:本网|本站|版权|转载|侵权).{0,120}"),
        ("notice", r".{0,40}(?:投诉电话|下载插件|客服电话|违法和不良信息举报).{0,40}"),
        ("chatter", r"网友(?:评论|留言|跟帖).{0,40}|匿名网友\s*:.{0,300}|.{0,20}(?:网友|游客)\s*:.{0,300}"),
        ("chatter", r".*(?:楼主|转贴|转帖|沙发|顶上来|板凳|顶一下|灌水|删了吧|回复本帖|只看该作者|发表于 ?\d{4}|举报 回复).*"),
        ("signature date", r"[二〇○零一]{4}年[一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十]{1,3}日)?|\d{4}年\d{1,2}月(?:\d{1,2}日)?"),
    )
)
"""Rules for whole lines, ``(reason, pattern)``; a rule holds if the pattern matches the whole line."""

DATELINE = re.compile(
    r"^(?:(?:[\u4e00-\u9fff]{2,10}(?:网|报|社|台|在线|频道|日报|晚报)|(?:本报|本网|本台)[\u4e00-\u9fff]{0,6})"
    r"(?:[\u4e00-\u9fff]{0,6}\d{1,2}月\d{1,2}日电?)?(?:讯|消息|电)"
    r"(?:\s*[(（][^()（）]{1,24}[)）])?\s*[:：]?\s*(?:[(（](?:记者|通讯员)[^()（）]{1,24}[)）])?\s*)"
)
"""An agency's dateline before the first sentence (某某网讯: , 本报讯(记者 …))."""

CREDIT = re.compile(
    r"[(（【\[](?:本报|本网|本台)?(?:特约)?(?:记者|通讯员|文字编辑|视频编辑|责任编辑|责编|编辑|摄影|作者系|作者为|作者单位|供稿|来源)"
    r"[::\s]?[^()（）【】\[\]]{1,60}[)）】\]]\s*$"
)
"""A credit in brackets at the end of a paragraph ((记者某某), (作者系…))."""


def find_reason(line: str, *, before_body: bool, after_body: bool, titled: bool = False) -> str | None:
    """Return why *line* is furniture, or None if it is text.

    Parameters
    ----------
    line : str
        A folded line, see :func:`fold_line`.
    before_body, after_body : bool
        Whether the line stands before the first or after the last line of running text; some
        rules (bare names of authors, short links) hold only there.
    titled : bool
        Whether a title stands above: only then is one bare name an author's.

    Examples
    --------
    >>> find_reason("责任编辑:陈 某", before_body=False, after_body=True)
    'byline'
    >>> find_reason("一、加强组织领导", before_body=False, after_body=False)
    """
    if len(line) > 400:
        return None
    ends = bool(_END_OF_SENTENCE.search(line))
    for reason, pattern in LINE_RULES:
        if reason in {"menu", "share bar", "masthead", "byline"} and ends and len(line) > 30:
            continue
        if reason == "signature date" and not (before_body or after_body):
            continue
        if reason == "chatter" and ends and not after_body:
            continue
        if pattern.fullmatch(line):
            return reason
    if before_body and titled and _NAME.fullmatch(line) and line[0] in _SURNAMES:
        return "byline"
    if before_body and (_is_author_line(line) or _SITE.fullmatch(line)):
        return "byline" if not _SITE.fullmatch(line) else "masthead"
    if before_body and len(line) < 90 and not ends and _STAMP.search(line):
        return "masthead"
    if after_body and len(line) < 90 and not ends:
        if re.match(r"[·•▪■◆●▶►]", line):
            return "links"
        if re.fullmatch(r"[(【\[][^()【】\[\]]{2,40}[)】\]]", line):
            return "byline"
        if _SIGNED.fullmatch(line):
            return "byline"
        if re.search(r"\[\d\].*下一页|上一页.*下一页", line):
            return "menu"
    return None


_SITE = re.compile(r"[\u4e00-\u9fff]{2,10}(?:新闻网|党建网|信息网|政府网|门户网站|在线|频道|日报|晚报|网|论坛)(?:\s*>.*)?")
_NAME = re.compile(r"[\u4e00-\u9fff]{3}|[\u4e00-\u9fff] {1,2}[\u4e00-\u9fff]{1,2}")
_SIGNED = re.compile(r"[^,。;:!?、,.]{2,30}(?:党委|党组|支部|办公室|委员会|委|政府|局|部|院|校|学校|中学|领导小组|公司)")
_STAMP = re.compile(r"(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}.*(?:\d{1,2}:\d{2}|来源|编辑|浏览|点击|阅读|作者|字号)|https?://|www\.")
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣邓"
    "郁单杭洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊惠甄曲封芮储靳焦巴弓牧隗山谷车侯宓蓬全班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束"
    "龙叶幸司韶黎薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂牛寿通边扈燕冀浦尚农温别庄"
    "晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越隆师巩聂晁勾敖融冷辛阚那简饶空曾"
    "肖闫付仉覃"
)
_ROLE = re.compile(
    r"^.{2,26}(?:书记|主任|县长|市长|区长|镇长|乡长|局长|部长|校长|主席|会长|常委|委员|院长|处长|科长|总经理|董事长|秘书长|办公室|部|局|委)\s+"
)


def _is_author_line(line: str) -> bool:
    """Bare names (two or more, or one after an office): 江某某 肖某某; 中共某县委副书记 张某某."""
    if re.search(r"[,。;:!?、“”《》—]", line):
        return False
    role = _ROLE.match(line)
    names = line[role.end() :].split() if role else line.split()
    if not names or (len(names) < 2 and not role):
        return False
    whole = [name for name in names if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", name) and name[0] in _SURNAMES]
    return len(whole) == len(names) and all(len(name) <= 3 or role for name in names)
