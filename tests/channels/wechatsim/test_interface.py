"""The platform's interface: wechatpy's client works with it, and its limits are the documented."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from wechatsim import Platform, Simulator
from wechatsim.errors import ApiError
from wechatsim.sending import check_template, send_custom

MENU = {
    "button": [
        {"type": "click", "name": "投诉", "key": "complain"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "网页", "url": "http://u/"}]},
    ]
}


class Client(WeChatClient):
    """wechatpy's client; its address of the token is fixed, so that is overridden."""

    def fetch_access_token(self) -> Any:
        params = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(url=f"{self.API_BASE_URL}token", params=params)


@pytest.fixture
def client(sim: Simulator) -> WeChatClient:
    account = sim.platform.account
    client = Client(account.app_id, account.secret)
    client.API_BASE_URL = f"{sim.url}/cgi-bin/"
    return client


# -- wechatpy's client -------------------------------------------------------------------------


def test_wechatpy_sends_texts_and_pictures(sim: Simulator, client: WeChatClient) -> None:
    person = sim.user("openid-1")
    person.say("你好")
    client.message.send_text("openid-1", "您好😀")
    media_id = client.media.upload("image", ("a.jpg", BytesIO(b"jpg"), "image/jpeg"))["media_id"]
    client.message.send_image("openid-1", media_id)
    assert person.received("service") == ["您好😀", "［图片］"]
    answer = client.media.download(media_id)
    assert (answer.content, answer.headers["Content-Type"]) == (b"jpg", "image/jpeg")


def test_wechatpy_publishes_reads_and_deletes_the_menu(
    sim: Simulator, client: WeChatClient
) -> None:
    assert client.menu.get() is None
    assert sim.journal.calls("menu/get")[-1].errcode == 46003
    client.menu.create(MENU)
    first, second = client.menu.get()["menu"]["button"]
    assert first == {**MENU["button"][0], "sub_button": []}
    assert second["sub_button"][0]["name"] == "网页"
    info = client.menu.get_menu_info()
    assert info["is_menu_open"] == 1
    assert info["selfmenu_info"]["button"][1]["sub_button"]["list"][0]["name"] == "网页"
    client.menu.delete()
    assert sim.platform.menu is None


def test_wechatpy_makes_qr_codes_and_sees_them(sim: Simulator, client: WeChatClient) -> None:
    made = client.qrcode.create(
        {
            "expire_seconds": 1800,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": "网点1"}},
        }
    )
    assert made["expire_seconds"] == 1800
    picture = requests.get(
        f"{sim.url}/cgi-bin/showqrcode", params={"ticket": made["ticket"]}, timeout=10
    )
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    sim.user("openid-1").scan("网点1")
    sim.clock.advance(timedelta(seconds=1801))
    assert sim.platform.scenes.of("网点1") is None


def test_wechatpy_reads_the_addresses_and_renews_an_expired_token(
    sim: Simulator, client: WeChatClient
) -> None:
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]
    sim.platform.tokens.expire()
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]
    assert [c.errcode for c in sim.journal.calls("getcallbackip")] == [0, 42001, 0]


# -- tokens ------------------------------------------------------------------------------------


def stable(sim: Simulator, **changes: Any) -> dict[str, Any]:
    account = sim.platform.account
    asked = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    url = f"{sim.url}/cgi-bin/stable_token"
    return dict(requests.post(url, json={**asked, **changes}, timeout=10).json())


def plain(sim: Simulator) -> str:
    account = sim.platform.account
    asked = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    answer = requests.get(f"{sim.url}/cgi-bin/token", params=asked, timeout=10)
    return str(answer.json()["access_token"])


def test_the_stable_token_stays_until_five_minutes_before_its_end(sim: Simulator, send) -> None:
    sim.user("openid-1").say("你好")
    first = stable(sim)
    assert first["expires_in"] == 7200
    assert stable(sim)["access_token"] == first["access_token"]
    sim.clock.advance(timedelta(minutes=116))
    second = stable(sim)["access_token"]
    assert second != first["access_token"]
    assert send("openid-1", token=first["access_token"]) == 0, "both work for a while"
    sim.clock.advance(timedelta(minutes=5))
    assert send("openid-1", token=first["access_token"]) == 42001
    assert send("openid-1", token=second) == 0


def test_a_forced_refresh_ends_the_old_token_but_not_twice_within_half_a_minute(
    sim: Simulator, send
) -> None:
    first = stable(sim)["access_token"]
    second = stable(sim, force_refresh=True)["access_token"]
    assert second != first
    assert send("openid-1", token=first) == 40001
    assert stable(sim, force_refresh=True)["access_token"] == second


def test_more_than_twenty_forced_refreshes_a_day_are_refused(sim: Simulator) -> None:
    stable(sim)
    answers = []
    for _ in range(21):
        sim.clock.advance(timedelta(seconds=31))
        answers.append(stable(sim, force_refresh=True).get("errcode", 0))
    # Around midnight some of them belong to the day before.
    assert answers[:20] == [0] * 20
    assert answers[20] in (0, 45009)


def test_the_plain_token_replaced_by_a_newer_one_works_five_minutes_more(
    sim: Simulator, send
) -> None:
    sim.user("openid-1").say("你好")
    kept = stable(sim)["access_token"]
    first = plain(sim)
    second = plain(sim)
    assert first != second
    assert send("openid-1", token=first) == 0
    sim.clock.advance(timedelta(minutes=5))
    assert send("openid-1", token=first) == 40001
    assert send("openid-1", token=second) == 0
    assert send("openid-1", token=kept) == 0, "the two interfaces do not touch each other"


def test_no_token_for_wrong_credentials(sim: Simulator) -> None:
    assert stable(sim, grant_type="password")["errcode"] == 40002
    assert stable(sim, appid="wx0000000000000000")["errcode"] == 40013
    assert stable(sim, secret="wrong")["errcode"] == 40125
    nothing = requests.post(f"{sim.url}/cgi-bin/stable_token", json=[], timeout=10)
    assert nothing.json()["errcode"] == 40002


def test_no_call_without_a_token(sim: Simulator, send) -> None:
    answer = requests.get(f"{sim.url}/cgi-bin/getcallbackip", timeout=10)
    assert answer.json()["errcode"] == 41001
    assert send("openid-1", token="made-up") == 40001


# -- customer-service messages -----------------------------------------------------------------


def test_a_message_allows_five_within_48_hours(sim: Simulator, send) -> None:
    person = sim.user("openid-1")
    person.say("你好")
    assert [send("openid-1") for _ in range(6)] == [0] * 5 + [45047]
    person.say("再来")
    assert send("openid-1") == 0
    sim.clock.advance(timedelta(hours=48))
    assert send("openid-1") == 45015


def test_clicking_following_and_scanning_allow_three_within_a_minute(sim: Simulator, send) -> None:
    person = sim.user("openid-1", following=False)
    sim.platform.scenes.add("网点1")
    sim.platform.menu = MENU["button"]
    person.subscribe()
    assert [send("openid-1") for _ in range(4)] == [0] * 3 + [45047]
    person.scan("网点1")
    assert send("openid-1") == 0
    person.click("complain")
    assert [send("openid-1") for _ in range(4)] == [0] * 3 + [45047]
    sim.clock.advance(timedelta(minutes=1))
    assert send("openid-1") == 45015


def test_opening_a_page_from_the_menu_allows_nothing(sim: Simulator, send) -> None:
    sim.platform.menu = MENU["button"]
    sim.user("openid-1").click("http://u/")
    assert send("openid-1") == 45015


def test_the_allowance_of_a_click_is_used_before_that_of_a_message(sim: Simulator, send) -> None:
    person = sim.user("openid-1")
    sim.platform.menu = MENU["button"]
    person.say("你好")
    person.click("complain")
    assert [send("openid-1") for _ in range(3)] == [0] * 3
    assert person.user.allowance.left(sim.clock.now()) == 5


def test_choosing_from_a_message_menu_is_a_click_not_a_message(sim: Simulator, call, send) -> None:
    person = sim.user("openid-1")
    person.say("你好")
    menu = {
        "head_content": "请问",
        "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
        "tail_content": "谢谢",
    }
    order = {"touser": "openid-1", "msgtype": "msgmenu", "msgmenu": menu}
    assert call("message/custom/send", order)["errcode"] == 0
    shown = person.messages()[-1]
    assert [(choice.id, choice.text) for choice in shown.choices][1][0] == "102"
    person.lapse()
    person.choose("102")
    assert [send("openid-1") for _ in range(4)] == [0] * 3 + [45047]


def test_people_who_left_or_were_silent_get_nothing(sim: Simulator, send) -> None:
    person = sim.user("openid-1")
    assert send("openid-1") == 45015
    person.say("你好")
    person.lapse()
    assert send("openid-1") == 45015
    person.say("你好")
    person.unsubscribe()
    assert send("openid-1") == 45015
    assert send("nobody") == 40003


@pytest.mark.parametrize(
    ("order", "errcode"),
    [
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "text", "text": {"content": "a" * 2049}}, 45002),
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "dance", "dance": {}}, 40008),
        ({"msgtype": ["text"]}, 40008),
        ({"msgtype": "image", "image": {"media_id": "none"}}, 40007),
        ({"msgtype": "image", "image": {"media_id": ["none"]}}, 40007),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "x", "list": []}}, 47001),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "x", "list": [1]}}, 47001),
    ],
)
def test_a_bad_message_gets_its_code_and_costs_nothing(order: dict[str, Any], errcode: int) -> None:
    platform = Platform()
    allowance = platform.user("openid-1").allowance
    allowance.spoke(platform.clock.now())
    with pytest.raises(ApiError) as refused:
        send_custom(platform, {"touser": "openid-1", **order})
    assert refused.value.errcode == errcode
    assert allowance.left(platform.clock.now()) == 5


def test_escaped_characters_are_shown_as_escapes(sim: Simulator, call) -> None:
    person = sim.user("openid-1")
    person.say("你好")
    text = {"content": "你"}
    call("message/custom/send", {"touser": "openid-1", "msgtype": "text", "text": text})
    assert person.received("service") == [r"\u4f60"], "JSON must carry Chinese as UTF-8"


def test_accounts_without_the_interface_may_not_send(sim: Simulator, call, send) -> None:
    sim.user("openid-1").say("你好")
    sim.platform.account = replace(sim.platform.account, customer_service=False)
    assert send("openid-1") == 48001
    assert call("message/template/send", {"touser": "openid-1"})["errcode"] == 48001


def test_faults_of_the_platform_can_be_switched_on(sim: Simulator, send) -> None:
    sim.user("openid-1").say("你好")
    sim.faults.refuse("message/custom/send", -1, times=2)
    assert [send("openid-1") for _ in range(3)] == [-1, -1, 0]
    sim.faults.exhausted = True
    assert send("openid-1") == 45047
    about = [call.openid for call in sim.journal.calls("custom/send")]
    assert about == ["", "", "openid-1", "openid-1"]


# -- the rest ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": "nobody"}, 40003),
        ({"touser": "left"}, 43004),
        ({"template_id": "other"}, 40037),
        ({"data": {"thing1": "new"}}, 47003),
        ({"data": None}, 47003),
    ],
)
def test_a_bad_template_message_gets_its_code(change: dict[str, Any], errcode: int) -> None:
    platform = Platform()
    platform.user("openid-1")
    platform.user("left", following=False)
    order = {
        "touser": "openid-1",
        "template_id": platform.account.template_id,
        "data": {"thing1": {"value": "new"}},
    }
    with pytest.raises(ApiError) as refused:
        check_template(platform, {**order, **change})
    assert refused.value.errcode == errcode


@pytest.mark.parametrize(
    ("order", "errcode"),
    [
        ({"action_name": "QR_SCENE"}, 40053),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": ""}}}, 40053),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x" * 65}}}, 40053),
        ({"action_name": "QR_LIMIT_SCENE", "action_info": {"scene": {"scene_id": 100001}}}, 40053),
        ({"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 0}}}, 40053),
        ([], 40053),
    ],
)
def test_a_bad_qr_code_gets_its_code(order: Any, errcode: int) -> None:
    with pytest.raises(ApiError) as refused:
        Platform().scenes.create(order)
    assert refused.value.errcode == errcode


def test_lasting_codes_have_no_end(sim: Simulator, call) -> None:
    scene = {"scene": {"scene_id": 100000}}
    made = call("qrcode/create", {"action_name": "QR_LIMIT_SCENE", "action_info": scene})
    assert made.keys() == {"ticket", "url"}
    sim.clock.advance(timedelta(days=400))
    assert sim.platform.scenes.of("100000") is not None


def test_media_end_after_three_days(sim: Simulator, client: WeChatClient) -> None:
    media_id = client.media.upload("image", ("a.jpg", BytesIO(b"jpg"), "image/jpeg"))["media_id"]
    sim.clock.advance(timedelta(days=3))
    with pytest.raises(WeChatClientException, match="40007"):
        client.media.download(media_id)


@pytest.mark.parametrize(
    ("kind", "size", "errcode"),
    [
        ("file", 1, 40004),
        ("image", 0, 41005),
        ("image", 10 * 1024 * 1024 + 1, 40009),
        ("voice", 2 * 1024 * 1024 + 1, 40010),
        ("video", 10 * 1024 * 1024 + 1, 40011),
        ("thumb", 64 * 1024 + 1, 40012),
    ],
)
def test_files_that_cannot_be_taken_get_their_code(kind: str, size: int, errcode: int) -> None:
    with pytest.raises(ApiError) as refused:
        Platform().media.add(kind, bytes(size), "image/jpeg")
    assert refused.value.errcode == errcode


def test_a_large_file_and_none_at_all_are_refused_over_http(
    sim: Simulator, client: WeChatClient
) -> None:
    with pytest.raises(WeChatClientException, match="40009"):
        client.media.upload("image", ("a.jpg", BytesIO(bytes(10_485_761)), "image/jpeg"))
    token = sim.platform.tokens.stable()[0]
    url = f"{sim.url}/cgi-bin/media/upload?type=image&access_token={token}"
    assert requests.post(url, timeout=10).json()["errcode"] == 41005


def test_quota_can_be_cleared_ten_times_a_month(sim: Simulator, call) -> None:
    mine = {"appid": sim.platform.account.app_id}
    assert [call("clear_quota", mine)["errcode"] for _ in range(11)] == [0] * 10 + [48006]
    assert call("clear_quota", {"appid": "other"})["errcode"] == 40013


def test_a_body_that_is_not_json_is_a_format_error(sim: Simulator) -> None:
    token = sim.platform.tokens.stable()[0]
    for path in ("message/custom/send", "menu/create", "qrcode/create", "message/template/send"):
        url = f"{sim.url}/cgi-bin/{path}?access_token={token}"
        answer = requests.post(url, data=b"\xff{", timeout=10)
        assert (answer.status_code, answer.json()["errcode"]) == (200, 47001), path


def test_only_this_machine_is_answered(sim: Simulator) -> None:
    elsewhere = requests.get(f"{sim.url}/sim/state", headers={"Host": "evil.example"}, timeout=10)
    assert (elsewhere.status_code, elsewhere.text) == (403, "只在本机使用")
    assert requests.get(f"{sim.url}/sim/state", timeout=10).status_code == 200
