"""Chinese surnames: the common single ones and the compound ones still in use."""

from __future__ import annotations

SINGLE = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫"
    "孔向汤康易常"
    "温牛樊葛邢安齐伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴"
    "霍涂成苗谷盛"
    "曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑"
    "景党宫费卜冷"
    "晏席卫米柏宗瞿桂全佟臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝封谈"
    "匡鞠惠荆"
    "乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘闻厉伊仝区郜海阚花权帅屠豆朴盖练廉禹井祖漆巴丰卿狄"
)
COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "令狐",
    "宇文",
    "长孙",
    "慕容",
    "司徒",
    "司空",
    "端木",
    "百里",
    "东郭",
    "南宫",
    "呼延",
    "轩辕",
    "澹台",
    "独孤",
    "拓跋",
    "赫连",
    "申屠",
    "完颜",
    "西门",
)


def surname_of(name: str) -> str | None:
    """The surname `name` begins with, the compound one first; None if it begins with none."""
    compound = next((s for s in COMPOUND if name.startswith(s)), None)
    return compound or (name[0] if name and name[0] in SINGLE else None)


CLASS = "(?:" + "|".join(COMPOUND) + "|[" + "".join(sorted(SINGLE)) + "])"
"""The same surnames as a regular expression."""
