"""Following, scanning, the account's menu, going away."""

from __future__ import annotations

from bot.channels.wechat import texts
from bot.channels.wechat.menu import load_menu
from tests.channels.wechat.kit import Town
from wechatsim import packets


def test_who_follows_reads_what_is_done_with_their_data_and_what_they_can_do(bank: Town) -> None:
    (shown,) = bank.person(following=False).subscribe()
    text = shown.text
    assert text.startswith("您好，我是本行的消费者权益保护助手小保，是机器人。")
    assert text.index("OpenID") < text.index("也可以在这里投诉")
    assert text.endswith("1. 我要投诉\n2. 查询投诉进度\n3. 小保能做什么\n4. 转人工\n\n回复数字选择")
    assert "请不要发密码、验证码或完整卡号" in text
    assert "工作人员会看到这里的对话" in text
    assert "聊天记录保存183天" in text and "400-000-0000" in text
    assert len(text) <= 600
    assert bank.assistant.turns == [], "the welcome needs no assistant"


def test_the_choices_of_the_welcome_work_and_it_stays_in_the_conversation(bank: Town) -> None:
    person = bank.person(following=False)
    person.subscribe()
    person.say("1")
    assert bank.assistant.heard() == ["/complaint_file"]
    followed, welcome, choice, _ = bank.line.history()
    assert (followed.text, choice.text) == (texts.FOLLOWED, "我要投诉")
    assert welcome.text.startswith("您好，我是本行的")


def test_the_welcome_is_said_also_while_the_assistant_is_away(bank: Town) -> None:
    bank.assistant.away = True
    (shown,) = bank.person(following=False).subscribe()
    assert shown.text.startswith("您好，我是本行的消费者权益保护助手小保")


def test_the_scene_somebody_followed_by_is_kept_and_greeted_once(bank: Town) -> None:
    packet = packets.subscribe(bank.sent(), "网点1", "ticket")
    assert bank.deliver(packet) == bank.deliver(packet)
    assert len(bank.line.history()) == 2
    assert scene(bank) == "网点1"


def test_a_follower_who_scans_is_welcomed_back(bank: Town) -> None:
    bank.sim.platform.scenes.add("柜台3")
    (shown,) = bank.person().scan("柜台3")
    assert shown.text.startswith(texts.WELCOME_BACK)
    assert scene(bank) == "柜台3"


def test_every_entry_of_the_account_menu_is_understood(bank: Town) -> None:
    menu = load_menu().to_platform("https://bank.example")
    bank.sim.platform.menu = menu["button"]
    bank.person().click("complaint_file")
    assert bank.assistant.heard() == ["/complaint_file"]
    assert bank.line.history()[0].text == "我要投诉"
    bank.person().click("say:银行卡丢了怎么办")
    assert bank.assistant.heard()[-1] == "银行卡丢了怎么办"


def test_an_entry_of_an_older_menu_gets_a_hint(bank: Town) -> None:
    assert bank.deliver(packets.click(bank.sent(), "gone")) == texts.MENU_OUTDATED
    assert bank.assistant.turns == []


def test_who_goes_away_is_let_go_in_silence(bank: Town) -> None:
    bank.person().say("你好")
    assert bank.person().unsubscribe() == []
    assert bank.deliver(packets.view(bank.sent(), "https://bank.example")) is None
    assert bank.deliver(packets.template_finished(bank.sent(), 1, "failed:user block")) is None
    assert bank.assistant.heard() == ["你好"]


def scene(bank: Town) -> str:
    engine = bank.line.running().channel_engine
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT scene FROM wechat_customer").scalars().all()
    return str(found[0])
