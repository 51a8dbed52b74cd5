"""What must never be stored in clear, and what must be left alone. All numbers are made up."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from bot.privacy.masking import Kind, Masked, mask

CARD = "6222021234567890123"
VISA = "4111111111111111"
ID = "11010519491231002X"
MOBILE = "13800138000"
NUMERALS = str.maketrans("0123456789", "零一二三四五六七八九")
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        "6222 0212 3456 7890 123",
        "6222-0212-3456-7890-123",
        "6222 - 0212 - 3456 - 7890 - 123",
        "6222.0212.3456.7890.123",
        "6222——0212——3456——7890——123",
        "6222\u200b0212\u200b3456\u200b7890\u200b123",
        "6222\n0212\t3456\u30007890\u00a0123",
        " ".join(CARD),
        CARD.translate(WIDE),
        CARD.translate(NUMERALS),
        "陆贰贰贰零贰壹贰叁肆伍陆柒捌玖零壹贰叁",
        "ICBC" + CARD,
    ],
)
def test_a_union_pay_card_is_masked_however_it_is_written(text: str) -> None:
    masked = mask(f"我的卡{text}被吞了")
    assert masked.text.endswith("被吞了")
    assert "〔卡号已隐去，尾号0123〕" in masked.text
    assert [f.raw for f in masked.findings] == [CARD]


def test_a_mistyped_union_pay_card_is_masked_all_the_same() -> None:
    assert not luhn.is_valid(CARD)
    assert mask(CARD).of_kind(Kind.CARD)


@pytest.mark.parametrize("card", [VISA, "5500005555555559", "378282246310005"])
def test_cards_of_other_schemes_are_known_by_their_check_digit(card: str) -> None:
    assert mask(f"刷了{card}").findings[0].raw == card


@pytest.mark.parametrize(
    "card",
    [VISA, "5500005555555559", "9558801234567890124", "1031234567890123456", "81712345678901234"],
)
@pytest.mark.parametrize("size", [1, 4, 19])
def test_a_mistyped_card_of_any_scheme_is_masked(card: str, size: int) -> None:
    slip = f"{card[:-1]}{(int(luhn.calc_check_digit(card[:-1])) + 1) % 10}"
    masked = mask(f"卡{_written(slip, ' ', size, WIDE)}被吞了")
    assert masked.text == f"卡〔卡号已隐去，尾号{slip[-4:]}〕被吞了"
    assert masked.refused


@pytest.mark.parametrize("word", ["订单号", "流水号", "交易参考号", "快递单号是", "保单号："])
def test_a_long_number_with_a_name_of_its_own_is_no_card(word: str) -> None:
    assert mask(f"{word}4200001234202612").findings == ()


@pytest.mark.parametrize(
    "text",
    [
        f"卡{VISA} 30元",
        "卡4111 1111 1111 1111 30元",
        f"有30 {VISA}",
        f"30张{VISA}",
        f"{VISA} 123456",
    ],
)
def test_figures_beside_a_card_do_not_hide_it(text: str) -> None:
    assert "〔卡号已隐去，尾号1111〕" in mask(text).text


@pytest.mark.parametrize(
    "number", ["1234567890123456789", "1234,5678,9012,3456", "1234，5678，9012，3456"]
)
@pytest.mark.parametrize("word", ["卡号", "账号：", "帐号是", "账户 ", "存折"])
def test_what_the_customer_calls_an_account_number_is_one(word: str, number: str) -> None:
    masked = mask(word + number)
    assert masked.of_kind(Kind.CARD)
    assert number not in masked.text


@pytest.mark.parametrize(
    "text",
    [
        ID,
        ID.lower(),
        "110105194912310021",
        "110105194912310020",
        "110105 19491231 002X",
        "110105-19491231-002X",
        ID.translate(WIDE),
        ID.translate(NUMERALS),
        "身份证号" + ID,
        "ID" + ID,
    ],
)
def test_resident_ids_are_masked_even_with_a_wrong_check_digit(text: str) -> None:
    masked = mask(text)
    assert masked.text.endswith("〔身份证号已隐去〕")
    assert [f.kind for f in masked.findings] == [Kind.ID_NUMBER]
    assert not masked.refused, "an id number may be sent; it is only not kept"


@pytest.mark.parametrize("tail", [" 4321", " 0000", "，尾号4321", "-4321"])
@pytest.mark.parametrize(
    "reference",
    ["TS20261127-0772157", "TS20271201-1406947", "TS20261122-5190111", "ts202611270772157"],
)
def test_a_reference_of_digits_and_a_phone_tail_are_nobodys_number(
    reference: str, tail: str
) -> None:
    assert mask(reference + tail).text == reference + tail


@pytest.mark.parametrize("reference", ["TS20261122-5190111", "TS20271027-69W3681"])
def test_a_phone_behind_a_reference_is_masked_alone(reference: str) -> None:
    assert mask(f"{reference} 13987654321").text == f"{reference} 139****4321"
    assert mask(f"{reference}13987654321").text == f"{reference}139****4321"


def test_a_number_of_no_country_is_left_as_it_is() -> None:
    assert mask("0028657 4321").text == "0028657 4321"


@pytest.mark.parametrize("number", ["110105194913310027", "110105218912310029"])
def test_eighteen_digits_without_a_birth_date_are_no_id(number: str) -> None:
    assert mask(f"单号{number}").of_kind(Kind.ID_NUMBER) == ()


@pytest.mark.parametrize(
    "text",
    [
        MOBILE,
        "+8613800138000",
        "+86 138 0013 8000",
        "86-138-0013-8000",
        "008613800138000",
        "138-0013-8000",
        "138 0013 8000",
        "138 - 0013 - 8000",
        "138.0013.8000",
        "1380 0138 000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "138\u200b0013\u200b8000",
        "138——0013——8000",
        MOBILE.translate(WIDE),
        MOBILE.translate(NUMERALS),
        "幺三八零零幺三八零零零",
        "一三八〇〇一三八〇〇〇",
        "一三八○○一三八○○○",
        "壹叁捌零零壹叁捌零零零",
        "一三八00138000",
    ],
)
def test_mobiles_are_masked_however_they_are_written(text: str) -> None:
    masked = mask(f"打{text}找我")
    assert masked.text == "打138****8000找我"
    assert [(f.kind, f.raw) for f in masked.findings] == [(Kind.PHONE, MOBILE)]
    assert not masked.refused


@pytest.mark.parametrize(
    "text",
    [f"tel{MOBILE}", f"一{MOBILE}", f"{MOBILE}万一没人接", f"{MOBILE}元旦前打", f"15 {MOBILE}"],
)
def test_neighbours_do_not_hide_a_mobile(text: str) -> None:
    assert "138****8000" in mask(text).text


@pytest.mark.parametrize(
    ("text", "shown", "raw"),
    [
        ("010-88886666", "010-****6666", "01088886666"),
        ("(010)88886666", "010-****6666", "01088886666"),
        ("（010）88886666", "010-****6666", "01088886666"),
        ("010 8888 6666", "010-****6666", "01088886666"),
        ("021-6888-8888", "021-****8888", "02168888888"),
        ("02168888888", "021-****8888", "02168888888"),
        ("0571—88886666", "0571-****6666", "057188886666"),
        ("0755-12345678", "0755-****5678", "075512345678"),
    ],
)
def test_landlines_keep_area_code_and_tail(text: str, shown: str, raw: str) -> None:
    masked = mask(f"座机{text}。")
    assert masked.text == f"座机{shown}。"
    assert masked.findings[0].raw == raw


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("密码是123456", "123456"),
        ("密码123456", "123456"),
        ("密码：abc123!@", "abc123!@"),
        ("我的密码是 Abc12345", "Abc12345"),
        ("密 码 是 112233", "112233"),
        ("密码，123456", "123456"),
        ("密碼是123456", "123456"),
        ("密码是一二三四五六", "一二三四五六"),
        ("密码一二三四五六七八", "一二三四五六七八"),
        ("密码是１２３４５６", "１２３４５６"),
        ("取款密码：888888", "888888"),
        ("我的卡密码改成654321了", "654321"),
        ("交易密码我设成了998877", "998877"),
        ("支付密码是我的生日900101", "900101"),
        ("把密码123456告诉了他", "123456"),
        ("密码是955881", "955881"),
        ("口令是tiger88", "tiger88"),
        ("PIN:123456", "123456"),
        ("pin码1234", "1234"),
        ("123456是我的密码", "123456"),
        ("888888是我的取款密码", "888888"),
        ("123456（密码）", "123456"),
    ],
)
def test_passwords_are_masked_before_and_behind_the_word(text: str, secret: str) -> None:
    masked = mask(text)
    assert secret not in masked.text
    assert "〔密码已隐去〕" in masked.text
    assert masked.refused


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("验证码是123456", "123456"),
        ("收到验证码：8848", "8848"),
        ("验证码 12-34-56", "12-34-56"),
        ("短信验证码123 456", "123 456"),
        ("驗證碼123456", "123456"),
        ("验证码一二三四五六", "一二三四五六"),
        ("您的验证码为:123456,请勿泄露", "123456"),
        ("【银行】123456（验证码），5分钟内有效", "123456"),
        ("654321是我收到的验证码", "654321"),
        ("动态码：998877", "998877"),
        ("动态口令 135790", "135790"),
        ("校验码 4567", "4567"),
        ("CVV 123", "123"),
        ("cvv2是456", "456"),
        ("CVN2:789", "789"),
        ("安全码789", "789"),
        ("CVV是三位数123", "123"),
    ],
)
def test_codes_are_masked_before_and_behind_the_word(text: str, secret: str) -> None:
    masked = mask(text)
    assert secret not in masked.text
    assert [f.kind for f in masked.findings] == [Kind.CODE]


@pytest.mark.parametrize(
    "text",
    [
        "拨打95588",
        "95566没人接",
        "客服400-800-8888",
        "打12378投诉",
        "反诈专线96110",
        "忘记密码，95588说要去柜台",
        "忘记密码 95588说要去柜台",
        "没收到验证码，400-800-8888打不通",
        "忘记密码，2026-11-18去网点",
        "编号TS20261123-7K3QF8K",
        "TS20261123-1234567",
        "TS202611237K3QF8K",
        "密码 TS20261123-7K3QF8K",
        "转了50000元",
        "转了1000000元",
        "余额1234567.89元",
        "损失13800000000元",
        "亏了13800000000",
        "2026-11-18",
        "20261118",
        "2026-11-18 14:30:25",
        "2026年11月18日下午3点",
        "密码输错3次",
        "密码错误3次被锁",
        "密码被锁3天",
        "密码忘了",
        "密码是6位",
        "密码6位数",
        "密码2024年改的",
        "密码123456次",
        "不要密码，500块就没了",
        "发了验证码，2000就没了",
        "验证码5分钟没收到",
        "验证码收了10条",
        "密码泄露，被转走50000元",
        "验证码被骗走后转了50000元",
        "工号10086",
        "排到138号",
        "卡尾号1234",
        "身份证尾号002X",
        "扣了6200,5000,3000,2000",
        "一二三四五六七八九",
        "三次六次，一般来说三个月零五天",
        "在shopping1234买的",
        "",
    ],
)
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    if text == "亏了13800000000":
        # Eleven digits that begin like a mobile are taken for one unless a unit follows.
        assert mask(text).of_kind(Kind.PHONE)
    else:
        assert mask(text).text == text
        assert mask(text).findings == ()


@pytest.mark.parametrize(
    ("text", "secrets", "kept"),
    [
        ("我取款密码3 9 1 8 5 2还能用吗", ["391852"], "还能用吗"),
        ("刚收到【本行】528406（动态密码）请勿泄露", ["528406"], "请勿泄露"),
        ("我取钱的密码一直都是471902，要不要改啊", ["471902"], "要不要改啊"),
        ("395718", ["395718"], ""),
        ("短信里那个数字是864093", ["864093"], "短信里那个数字是"),
        ("密码为『739258』", ["739258"], "密码为"),
        ("密码是不是739258这个", ["739258"], "这个"),
        ("我密码从来都是880705的", ["880705"], "我密码从来都是"),
        ("CVV 背面三位数318", ["318"], "CVV"),
        ("卡密 880705", ["880705"], "卡密"),
        ("安全码 318", ["318"], "安全码"),
        ("护照号 E12345678", ["12345678"], "护照号"),
        ("港澳通行证号码C98765432过期了", ["98765432"], "过期了"),
        ("刷了4111111111111112没到账", ["4111111111111112"], "没到账"),
        ("刷了4111 1111 1111 1112没到账", ["4111111111111112"], "没到账"),
        ("取款密码三九一八五二不对", ["三九一八五二"], "不对"),
        ("我的密码叁玖壹捌伍贰被人看到了", ["叁玖壹捌伍贰"], "被人看到了"),
        ("密码三九一八五二一直能用", ["三九一八五二"], "一直能用"),
        ("验证码５２８４０６点不进去", ["５２８４０６"], "点不进去"),
        ("密码3.9.1.8.5.2输不进去", ["391852"], "输不进去"),
        ("密码3-9-1-8-5-2输不进去", ["391852"], "输不进去"),
        ("密码391 852", ["391852"], "密码"),
        ("密码39-18-52", ["391852"], "密码"),
        ("密码是3，9，1，8，5，2，对吧", ["391852"], "对吧"),
        ("密码是3、9、1、8、5、2", ["391852"], "密码是"),
        ("密码3️⃣9️⃣1️⃣8️⃣5️⃣2️⃣", ["391852"], "密码"),
        ("密码前三位391后三位852", ["391852"], "后三位"),
        ("密码前三位是三九一，后三位是八五二", ["三九一八五二"], "后三位"),
        ("前三位391，后三位852", ["391852"], "后三位"),
        ("密码先输391再852", ["391852"], "密码先输"),
        ("密码第一位3第二位9第三位1第四位8第五位5第六位2", ["391852"], "第六位"),
        ("密码391空格852", ["391852"], "密码"),
        ("my pin is 391852", ["391852"], "my pin is"),
        ("My PIN number is 3918, help", ["3918"], "help"),
        ("the password is hunter22x", ["hunter22x"], "the password is"),
        ("passcode: 391852", ["391852"], "passcode"),
        ("verification code: 528406", ["528406"], "verification code"),
        ("Your code is 528406, do not share", ["528406"], "do not share"),
        ("security code 318 on the back", ["318"], "on the back"),
        ("OTP 528406 expired", ["528406"], "expired"),
        ("cvc是318", ["318"], "cvc"),
        ("我的mima是391852", ["391852"], "mima"),
        ("我密马是391852", ["391852"], "我密马是"),
        ("蜜码391852打不开", ["391852"], "打不开"),
        ("验正码528406", ["528406"], "验正码"),
        ("验证马是528406", ["528406"], "验证马"),
        ("动态蜜码 528406", ["528406"], "动态蜜码"),
        ("528406是验证码", ["528406"], "是验证码"),
        ("528406 这个验证码还有效吗", ["528406"], "还有效吗"),
        ("我填了528406，那个短信验证码一直说错", ["528406"], "一直说错"),
        ("验证码：5284 06", ["528406"], "验证码"),
        ("验证码5 2 8 4 0 6", ["528406"], "验证码"),
        (
            "卡号6222021234567890128，密码391852，验证码528406，背面三位318",
            ["6222021234567890128", "391852", "528406", "318"],
            "验证码",
        ),
        ("密码391852和471902都试过了", ["391852", "471902"], "都试过了"),
        ("用391852当密码是不是太简单", ["391852"], "是不是太简单"),
        ("我把471902设成取款密码了", ["471902"], "设成取款密码了"),
        ("取款码是471902", ["471902"], "取款码是"),
        (
            "【本行】您尾号1234的卡正在付款，校验码528406，切勿告知他人",
            ["528406"],
            "您尾号1234的卡正在付款",
        ),
        ("骗子让我把短信发来的528406报给他", ["528406"], "报给他"),
        ("对方要我念给他六位数字528406", ["528406"], "对方要我念给他"),
        ("我输入391852提示不对", ["391852"], "提示不对"),
        ("是395718", ["395718"], ""),
        ("395718吧", ["395718"], ""),
        ("395 718", ["395718"], ""),
        ("３９５７１８", ["３９５７１８"], ""),
        ("三九五七一八", ["三九五七一八"], ""),
        ("261123", ["261123"], ""),
        ("395718。", ["395718"], "。"),
        ("395718，471902", ["395718", "471902"], "，"),
        ("卡背面后三位是318", ["318"], "卡背面后三位"),
        ("签名栏后三位318", ["318"], "签名栏"),
        ("CVN2：3 1 8", ["318"], "CVN2"),
        ("cvv三一八五", ["三一八五"], "cvv"),
        ("手机银行登录密码Abc12345登不上", ["Abc12345"], "登不上"),
        ("登录密码：“Zhou@1988”，登不上", ["Zhou@1988"], "登不上"),
        ("Abc12345这个密码被盗了", ["Abc12345"], "被盗了"),
        ("密码391852万一被人知道怎么办", ["391852"], "万一被人知道怎么办"),
        ("密码是应该是391852吧", ["391852"], "密码"),
        ("密码好像就是391852", ["391852"], "密码"),
        ("身份证号11010519491231002", ["11010519491231002"], "身份证号"),
        ("身份证110105491231002", ["110105491231002"], "身份证"),
        ("护照EA1234567丢了", ["EA1234567"], "丢了"),
        ("我的台胞证12345678", ["12345678"], "我的台胞证"),
        ("回乡证H1234567890", ["H1234567890"], "回乡证"),
        ("香港身份证A123456(7)", ["A123456(7)"], "香港身份证"),
        ("E12345678是我护照", ["E12345678"], "是我护照"),
        ("军官证军字第12345678号", ["12345678"], "军字第"),
        ("我卡是5123 4567 8901 2345 678", ["5123456789012345678"], "我卡是"),
        ("9558 8012 3456 7890 124", ["9558801234567890124"], ""),
        ("1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6", ["1234567890123456"], ""),
        ("621226 1234567890123", ["6212261234567890123"], ""),
        ("密 码391852", ["391852"], "密 码"),
        ("口令391852", ["391852"], "口令"),
        ("密码→391852", ["391852"], "密码"),
        ("pwd=391852", ["391852"], "pwd"),
        ("密码没变过，还是391852", ["391852"], "密码没变过，还是"),
        ("取款机上输的391852，不让取", ["391852"], "不让取"),
        ("那个码528406过期了", ["528406"], "过期了"),
        ("给您528406，验证码", ["528406"], "验证码"),
        ("一次性密码 528406", ["528406"], "一次性密码"),
        ("密码391852号码", ["391852"], "号码"),
        ("旧密码391852新密码471902", ["391852", "471902"], "新密码"),
        ("请问密码3918 52对不对", ["391852"], "对不对"),
        ("6222021234567890128，391852，318", ["6222021234567890128", "391852", "318"], "，"),
        ("391852还能用吗", ["391852"], "还能用吗"),
        ("我收到一条短信，里面的数字是864093", ["864093"], "里面的数字是"),
        ("密码391852，三天后被盗刷了20000元", ["391852"], "三天后被盗刷了20000元"),
        ("110105 19491331 0021", ["110105194913310021"], ""),
    ],
)
def test_secrets_go_and_the_story_stays(text: str, secrets: list[str], kept: str) -> None:
    masked = mask(text)
    assert not [secret for secret in secrets if secret in masked.text]
    assert not [secret for secret in secrets if _bare(secret) in _bare(_TAILS.sub("", masked.text))]
    assert len(_MASKS.findall(masked.text)) >= len(secrets)
    assert kept in masked.text
    assert mask(masked.text).text == masked.text


_MASKS = re.compile("〔[^〕]+已隐去[^〕]*〕")
_TAILS = re.compile("尾号[0-9]{4}〕")


@pytest.mark.parametrize(
    "text", ["395718", "是395718", "三九五七一八", "395 718", "395718，471902"]
)
def test_six_digits_alone_are_a_secret_and_leave_nothing_to_answer(text: str) -> None:
    masked = mask(text)
    assert masked.only_secrets
    assert {f.kind for f in masked.findings} == {Kind.CODE}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("护照号 E12345678", Kind.ID_NUMBER),
        ("身份证110105491231002", Kind.ID_NUMBER),
        ("一直是471902，这密码要改吗", Kind.PASSWORD),
        ("短信里那个数字是864093", Kind.CODE),
    ],
)
def test_the_kind_follows_the_word_beside_it(text: str, kind: Kind) -> None:
    assert [f.kind for f in mask(text).findings] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "TS20261123-7K3QF8K",
        "查一下TS20261123-7K3QF8K办到哪了",
        "密码忘了，编号TS20261123-7K3QF8K",
        "FGRX-A9SS",
        "继续填写FGRX-A9SS",
        "接续码7K3Q-F8KM",
        "100000元",
        "我要退100000元",
        "被骗走128000元",
        "转了100000块",
        "20000块",
        "5000",
        "存了150000",
        "损失128000",
        "100,000",
        "391,852.50",
        "1234",
        "尾号1234",
        "手机后四位8000",
        "我手机号后四位是8000，验证码收不到",
        "身份证后四位002X",
        "银行卡后四位1234，密码忘了",
        "20261123",
        "2026-11-23",
        "2026/11/23",
        "26-11-23",
        "26.11.23",
        "2026年11月",
        "2026年11月23日",
        "2026-11",
        "密码2026-11改的",
        "11月23日下午3点",
        "11-23 14:30",
        "2026-11-18到2026-11-20",
        "2026.11.18-2026.11.20",
        "人民路128号",
        "解放大道100200号",
        "建设路1234号2栋301室",
        "工号0735",
        "工号 100735",
        "柜员工号391852态度差",
        "12378",
        "110",
        "96110",
        "打110 120都没用",
        "密码被盗，打110、120没人管",
        "400-000-0000",
        "400-800-8888",
        "客服955881",
        "打95588 12378 96110 110都没人接",
        "三天",
        "三天三次",
        "密码被锁三天",
        "利率3.85",
        "利率3.85%，还是4.20%",
        "年化3.85 2.75",
        "订单号4200001234202611",
        "流水号2026112314302512345",
        "单号110105194913310027",
        "交易参考号1234567890123456",
        "分别扣了3000 5000 2000 8000",
        "20261118143025123",
        "排了123号",
        "排了123号等了2小时",
        "第三次去了",
        "一九九八年开的户",
        "二〇二六年十一月",
        "密码输错了3次，锁了24小时",
        "验证码等了10分钟",
        "短信说扣了100000",
        "短信提醒余额128000",
        "收到短信，转出200000元",
        "密码被改，被转走128000",
        "忘了密码，邮编100032",
        "106902开头的短信",
        "短信是106902开头的",
        "股票600519亏了",
        "买了基金110022",
        "房号301",
        "车位391852号",
        "密码是6位数",
        "密码由6位数字组成",
        "六位密码忘了",
        "验证码是6位还是4位",
        "密码能设成英文吗",
        "PIN是什么",
        "my pin is not working",
        "the password is wrong",
        "版本10.2.35",
        "手机iPhone15装不上",
        "合同编号E12345678",
        "工单C20261118",
        "订单E12345678",
        "E招贷",
        "一二三四五，上山打老虎",
        "三百二十八块",
        "六千五百元",
        "二十万零三千",
        "早上九点到十一点",
        "1、2、3号柜台都没人",
        "3号窗口排队排到56号",
        "卡里少了1234.56元",
        "4个人等了5小时6分钟",
        "护照2026年到期",
        "驾照丢了",
        "身份证2031年到期",
        "前三位办了后三位没办",
        "手机前三位138后四位8000",
        "138****8000",
        "〔密码已隐去〕",
        "1234567",
        "3.5 4.2 1.8",
        "密码123456次",
        "11 23 14点",
        "391852元",
        "¥391852",
        "391852号",
        "261123日",
        "官网391852号订单",
        "一三五七九十",
        "收到验证码1条",
        "要391852吗",
    ],
)
def test_figures_of_a_story_are_left_alone(text: str) -> None:
    assert mask(text) == Masked(text, ())


def test_several_in_one_text_are_found_in_order() -> None:
    masked = mask(f"卡{CARD}电话{MOBILE}，身份证{ID}，密码123456，验证码654321")
    kinds = [Kind.CARD, Kind.PHONE, Kind.ID_NUMBER, Kind.PASSWORD, Kind.CODE]
    assert [f.kind for f in masked.findings] == kinds
    assert masked.text == (
        "卡〔卡号已隐去，尾号0123〕电话138****8000，身份证〔身份证号已隐去〕，"
        "密码〔密码已隐去〕，验证码〔验证码已隐去〕"
    )


def test_two_phones_stay_two() -> None:
    masked = mask(f"{MOBILE} 13900139000")
    assert masked.text == "138****8000 139****9000"


def test_positions_are_those_of_the_customers_text() -> None:
    text = f"我叫李建国，{MOBILE.translate(WIDE)}，谢谢"
    (finding,) = mask(text).findings
    assert text[finding.start : finding.end] == MOBILE.translate(WIDE)


@pytest.mark.parametrize(
    "text",
    [CARD, f"我的卡号是{CARD}", "取款密码：888888", "验证码123456。", f"卡号{CARD}，密码123456"],
)
def test_nothing_but_secrets_is_noticed(text: str) -> None:
    assert mask(text).only_secrets


@pytest.mark.parametrize(
    "text", [f"卡{CARD}被吞了", "密码123456泄露怎么办", MOBILE, ID, "密码", ""]
)
def test_with_something_to_answer_it_is_not_secrets_only(text: str) -> None:
    assert not mask(text).only_secrets


_NO_DIGITS = st.text(
    alphabet="我的卡被吞了昨天在人民路支行，。！？、：（）…“”你好吗请打", max_size=12
)
_GAPS = st.sampled_from(
    ["", " ", "-", ".", "·", "－", "　", " - ", "—", "——", "/", "_", "\u200b", "\n"]
)
_SCRIPTS = st.sampled_from([str.maketrans("", ""), WIDE, NUMERALS])


def _union_pay() -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=14, max_size=17).map(lambda rest: "62" + rest)


def _visa() -> st.SearchStrategy[str]:
    heads = st.text("0123456789", min_size=14, max_size=14)
    return heads.map(lambda rest: f"4{rest}" + luhn.calc_check_digit("4" + rest))


def _mobile() -> st.SearchStrategy[str]:
    return st.from_regex(r"\A1[3-9][0-9]{9}\Z")


def _id() -> st.SearchStrategy[str]:
    born = st.dates().filter(lambda d: 1900 <= d.year <= 2026)
    body = st.tuples(st.sampled_from(["110105", "440304", "310101"]), born, st.integers(0, 999))
    heads = body.map(lambda b: f"{b[0]}{b[1]:%Y%m%d}{b[2]:03d}")
    return heads.map(lambda head: head + ric.calc_check_digit(head))


def _written(number: str, gap: str, size: int, script: dict[int, str]) -> str:
    groups = [number[i : i + size] for i in range(0, len(number), size)]
    return gap.join(groups).translate(script)


def _bare(text: str) -> str:
    """All digits of a text in ASCII, whatever stands between them."""
    back = str.maketrans("零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "0123456789123456789")
    return "".join(
        c for c in unicodedata.normalize("NFKC", text).translate(back) if c in "0123456789X"
    )


@settings(max_examples=400)
@given(
    number=st.one_of(_union_pay(), _visa(), _mobile(), _id()),
    gap=_GAPS,
    size=st.integers(1, 6),
    script=_SCRIPTS,
    before=_NO_DIGITS,
    after=_NO_DIGITS,
)
def test_no_planted_number_survives_its_surroundings(
    number: str, gap: str, size: int, script: dict[int, str], before: str, after: str
) -> None:
    planted = before + _written(number, gap, size, script) + after
    masked = mask(planted)
    assert number not in _bare(masked.text)
    assert masked.text.startswith(before)
    assert masked.text.endswith(after)


@settings(max_examples=200)
@given(
    word=st.sampled_from(["密码", "取款密码", "口令", "PIN", "验证码", "动态码", "安全码"]),
    link=st.sampled_from(["", "是", "：", "是：", " ", "为", "就是", "是我的"]),
    secret=st.text("0123456789", min_size=6, max_size=6),
    written=st.tuples(st.sampled_from(["", " ", "-"]), st.sampled_from([1, 2, 3])),
    script=_SCRIPTS,
    before=_NO_DIGITS,
    after=_NO_DIGITS,
)
def test_no_planted_secret_survives_its_surroundings(
    word: str,
    link: str,
    secret: str,
    written: tuple[str, int],
    script: dict[int, str],
    before: str,
    after: str,
) -> None:
    gap, size = written
    planted = _written(secret, gap, size, script)
    masked = mask(f"{before}{word}{link}{planted}{after}")
    assert secret not in _bare(masked.text)


@settings(max_examples=200)
@given(
    word=st.sampled_from(["密码", "取款密码", "验证码", "密马", "动态密码", "短信验证码"]),
    secret=st.text("0123456789", min_size=6, max_size=6),
    between=st.text(alphabet="我的一直都是那个呢，：就吧", max_size=12),
    word_first=st.booleans(),
)
def test_no_secret_survives_a_few_words_away_from_its_name(
    word: str, secret: str, between: str, word_first: bool
) -> None:
    told = [word, between, secret] if word_first else [secret, between, word]
    assert secret not in mask("".join(told)).text


_SNIPPETS = st.sampled_from(
    (
        CARD,
        VISA,
        ID,
        MOBILE,
        "密码123456",
        "验证码是8848",
        "010-88886666",
        "密码",
        "卡号",
        "300元",
        "，",
        " ",
        "我",
        "2026-11-18",
        "CVV",
        "5",
        "是",
        "95588",
        "一",
        "TS20261123-7K3QF8K",
        "391852",
        "3 9 1 8 5 2",
        "护照E12345678",
        "短信",
        "前三位391",
        "后三位852",
        "订单号",
    )
)


def _joined(snippets: list[str]) -> str:
    """Glued together, but for digits to digits, which would be other numbers."""
    out = ""
    for snippet in snippets:
        glued = out[-1:].isnumeric() and snippet[0].isnumeric()
        out += "，" + snippet if glued else snippet
    return out


@settings(max_examples=400)
@given(st.lists(_SNIPPETS, max_size=8).map(_joined))
def test_masking_a_masked_text_changes_nothing(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@pytest.mark.parametrize("text", [f"〔{MOBILE}〕", f"〔{MOBILE}已隐去〕", f"{VISA}****8000"])
def test_nobody_gets_a_number_through_by_imitating_the_mask(text: str) -> None:
    assert not {MOBILE, VISA} & {mask(text).text[i : i + n] for i in range(9) for n in (11, 16)}


def test_a_secret_named_before_and_behind_is_masked_once() -> None:
    assert mask("验证码123456是验证码").text == "验证码〔验证码已隐去〕是验证码"
    assert mask("密码是abc123是我的密码").text == "密码是〔密码已隐去〕是我的密码"


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_every_text_can_be_masked(text: str) -> None:
    masked = mask(text)
    assert masked.findings or masked.text == text


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "3 ",
        "6-",
        "密码是",
        "验证码 1",
        "010",
        "卡号1,",
        "三 ",
        "+86 ",
        "密码391852",
        "391852，",
        "前三位391",
        "pin is ",
        "短信391852元",
        "护照E1 ",
        "一直",
    ],
)
def test_long_texts_are_masked_quickly(unit: str) -> None:
    mask((unit * 2000)[:2000])
