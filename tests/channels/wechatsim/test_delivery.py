"""How packets reach the account's server, and what the user sees of its answers."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from defusedxml.ElementTree import fromstring

from tests.channels.wechatsim.echo import EchoServer
from tests.ports import free_ports
from tests.stack import wait_until
from wechatsim import FAILURE, Mode, Simulator
from wechatsim.errors import CannotDo

EVERY_MODE = pytest.mark.parametrize("mode", list(Mode), ids=lambda mode: mode.value)


def texts(shown: list) -> list[str]:
    return [thing.text for thing in shown]


@EVERY_MODE
def test_a_message_and_its_passive_reply_go_through_in_every_mode(
    sim: Simulator, server: EchoServer
) -> None:
    person = sim.user("openid-1")
    assert texts(person.say("你好 <b>&😀")) == ["您说：你好 <b>&😀"]
    assert server.heard[0].source == "openid-1"
    assert server.queries[0]["openid"] == "openid-1"


@EVERY_MODE
def test_each_mode_shows_as_much_in_the_clear_as_it_should(
    sim: Simulator, server: EchoServer, mode: Mode
) -> None:
    sim.user("openid-1").say("你好")
    fields = {child.tag for child in fromstring(server.bodies[0])}
    assert ("Content" in fields) == (mode is not Mode.ENCRYPTED)
    assert ("Encrypt" in fields) == (mode is not Mode.PLAIN)
    assert server.queries[0].get("encrypt_type") == (None if mode is Mode.PLAIN else "aes")


def test_the_server_is_verified_by_its_echo(sim: Simulator, server: EchoServer) -> None:
    assert sim.verify()
    server.account = replace(sim.platform.account, token="other")
    assert not sim.verify()


@pytest.mark.parametrize("patience", [1.0])
def test_an_unanswered_message_comes_three_times_and_then_the_user_is_told(
    sim: Simulator, server: EchoServer
) -> None:
    server.silence = threading.Event()
    shown = sim.user("openid-1").say("你好")
    server.silence.set()
    assert texts(shown) == [FAILURE]
    # The platform hangs up whether or not the server has read what it sent.
    wait_until(lambda: len(server.heard) == 3, 30, "all three deliveries to be read")
    assert [message.id for message in server.heard] == [server.heard[0].id] * 3
    assert len({query["nonce"] for query in server.queries}) == 3
    tries = [(d.attempt, d.good) for d in sim.journal.deliveries()]
    assert tries == [(1, False), (2, False), (3, False)]


def test_the_answer_to_a_later_attempt_counts(sim: Simulator, server: EchoServer) -> None:
    sim.faults.drop_replies = 2
    assert texts(sim.user("openid-1").say("你好")) == ["您说：你好"]
    assert len(server.heard) == 3


def test_repeats_can_carry_the_first_signature(sim: Simulator, server: EchoServer) -> None:
    sim.faults.drop_replies = 1
    sim.faults.same_signature = True
    sim.user("openid-1").say("你好")
    assert server.queries[0] == server.queries[1]
    assert server.bodies[0] == server.bodies[1]


def test_an_answered_message_can_come_again(sim: Simulator, server: EchoServer) -> None:
    sim.faults.repeat = 2
    assert texts(sim.user("openid-1").say("你好")) == ["您说：你好"]
    assert [message.id for message in server.heard] == [server.heard[0].id] * 3
    assert len(sim.user("openid-1").received()) == 1


def test_a_server_error_is_tried_again_a_refusal_is_not(sim: Simulator, server: EchoServer) -> None:
    person = sim.user("openid-1")
    server.status = 500
    assert texts(person.say("一")) == [FAILURE]
    assert len(server.heard) == 3
    server.status = 403
    assert texts(person.say("二")) == [FAILURE]
    assert len(server.heard) == 4


def test_a_server_that_is_not_there_is_a_failure(sim: Simulator) -> None:
    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}/"
    sim.platform.account = replace(sim.platform.account, server_url=nowhere)
    assert texts(sim.user("openid-1").say("你好")) == [FAILURE]
    assert [d.answer for d in sim.journal.deliveries()] == ["连接不上"] * 3
    assert not sim.verify()


def test_success_shows_nothing_and_json_shows_the_failure(
    sim: Simulator, server: EchoServer
) -> None:
    person = sim.user("openid-1")
    server.answer = lambda _message: None
    assert person.say("你好") == []
    server.answer = lambda _message: b'{"text": "hi"}'
    assert texts(person.say("你好")) == [FAILURE]
    assert len(server.heard) == 2


def test_message_numbers_grow_and_stay_within_64_bits(sim: Simulator, server: EchoServer) -> None:
    person = sim.user("openid-1")
    for text in "一二三":
        person.say(text)
    numbers = [message.id for message in server.heard]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 2**63


# -- what people do ----------------------------------------------------------------------------


def test_a_user_follows_leaves_and_can_only_speak_in_between(
    sim: Simulator, server: EchoServer
) -> None:
    person = sim.user("openid-1", following=False)
    with pytest.raises(CannotDo, match="还没有关注"):
        person.say("你好")
    person.subscribe()
    with pytest.raises(CannotDo, match="已经关注"):
        person.subscribe()
    person.say("你好")
    person.unsubscribe()
    with pytest.raises(CannotDo):
        person.unsubscribe()
    assert [m.event if m.type == "event" else m.type for m in server.heard] == [
        "subscribe",
        "text",
        "unsubscribe",
    ]


def test_a_scanned_code_makes_strangers_follow_and_tells_its_scene(
    sim: Simulator, server: EchoServer
) -> None:
    code = sim.platform.scenes.add("网点-1")
    person = sim.user("openid-1", following=False)
    person.scan("网点-1")
    person.scan("网点-1")
    assert [(m.event, m.scene_id, m.ticket) for m in server.heard] == [
        ("subscribe_scan", "网点-1", code.ticket),
        ("scan", "网点-1", code.ticket),
    ]
    with pytest.raises(CannotDo, match="二维码"):
        person.scan("没有的")


def test_the_menu_is_pressed_by_its_keys(sim: Simulator, server: EchoServer) -> None:
    sim.platform.menu = [
        {"type": "click", "name": "投诉", "key": "complain"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "网页", "url": "http://u/"}]},
    ]
    person = sim.user("openid-1")
    person.click("complain")
    person.click("网页")
    assert [m.event for m in server.heard] == ["click", "view"]
    with pytest.raises(CannotDo, match="菜单"):
        person.click("更多")


def test_pictures_voices_and_places_arrive(sim: Simulator, server: EchoServer) -> None:
    person = sim.user("openid-1")
    person.picture(b"\xff\xd8picture")
    person.voice("我要投诉")
    person.video(b"mp4")
    person.location()
    person.link("标题", "http://u/")
    kinds = [message.type for message in server.heard]
    assert kinds == ["image", "voice", "video", "location", "link"]
    assert sim.platform.media.get(server.heard[0].media_id).content == b"\xff\xd8picture"
    assert server.heard[1].recognition == "我要投诉"


def test_an_account_without_speech_recognition_gets_no_words(
    sim: Simulator, server: EchoServer
) -> None:
    sim.platform.account = replace(sim.platform.account, recognizes_voice=False)
    sim.user("openid-1").voice("我要投诉")
    assert server.heard[0].recognition is None


def test_nobody_is_told_when_leaving_fails(sim: Simulator, server: EchoServer) -> None:
    server.status = 500
    assert sim.user("openid-1").unsubscribe() == []


def test_the_result_of_a_template_message_is_delivered(
    sim: Simulator, server: EchoServer, call
) -> None:
    person = sim.user("openid-1")
    order = {
        "touser": "openid-1",
        "template_id": sim.platform.account.template_id,
        "data": {"thing1": {"value": "new"}},
    }
    sent = call("message/template/send", order)
    wait_until(lambda: len(server.heard) == 1, 30, "the result arrives")
    person.user.refuses_templates = True
    call("message/template/send", order)
    wait_until(lambda: len(server.heard) == 2, 30, "the refusal arrives")
    assert server.heard[0].id == sent["msgid"]
    assert [m.status for m in server.heard] == ["success", "failed:user block"]
    assert person.received("template") == ["thing1：new"]
