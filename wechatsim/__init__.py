"""A simulator of the WeChat Official Account platform for one machine.

It is written from the platform's documentation and shares nothing with the code that talks to it,
so that both cannot hold the same misunderstanding. ``python -m wechatsim serve`` starts it with a
page at http://127.0.0.1:8090/; a test has it like this::

    platform = Platform(account, patience=0.5)          # Account(app_id=…, server_url=…, …)
    with running(platform) as sim:                      # or running(platform, port)
        sim.url                                         # for WECHAT_API_URL
        person = sim.user("openid-1")                   # follows already; following=False: not yet
        person.say("你好")                               # [Shown(...)]: the passive reply, or the
                                                        # line of failure; [] after `success`
        person.picture(png, "image/png"); person.voice("我要投诉"); person.location()
        person.subscribe(); person.unsubscribe(); person.choose("menu-id")
        sim.platform.scenes.add("网点1"); person.scan("网点1")
        sim.platform.menu = [{...}]; person.click("KEY")
        person.messages()                               # the whole screen, pushed ones too
        person.received("service")                      # texts by customer-service message
        sim.faults.drop_replies = 1                     # see faults.Faults
        sim.faults.refuse("message/custom/send", -1)
        sim.platform.tokens.expire()
        person.lapse()                                  # as if silent for 48 hours: 45015
        sim.clock.advance(timedelta(hours=48))          # moves the timestamps of requests too
        sim.journal.deliveries(); sim.journal.calls("custom/send")

A person's acts wait for the delivery; a test with a loop of its own calls them with
``asyncio.to_thread``. `patience` are the five seconds. ``packets`` and ``delivery.posting`` build
requests without sending them, for tests that deliver by themselves: twice, late, out of order.
"""

from wechatsim.account import Account, Mode
from wechatsim.clock import Clock
from wechatsim.delivery import Posting, posting
from wechatsim.journal import Shown
from wechatsim.phone import FAILURE
from wechatsim.platform import Platform
from wechatsim.simulator import Person, Simulator, running

__all__ = [
    "FAILURE",
    "Account",
    "Clock",
    "Mode",
    "Person",
    "Platform",
    "Posting",
    "Shown",
    "Simulator",
    "posting",
    "running",
]
