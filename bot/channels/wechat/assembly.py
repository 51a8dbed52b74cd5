"""The parts of the WeChat channel of one process, put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.assembly import Parts
from bot.channels.background import Work
from bot.channels.inbound import RunTurn
from bot.channels.wechat import texts
from bot.channels.wechat.answering import Answering
from bot.channels.wechat.client import WeChatClient, open_client
from bot.channels.wechat.customers import Customers
from bot.channels.wechat.deliveries import Deliveries
from bot.channels.wechat.envelope import Account, Envelopes
from bot.channels.wechat.events import Events
from bot.channels.wechat.guard import Guard
from bot.channels.wechat.health import WeChatHealth
from bot.channels.wechat.hearing import Hearing
from bot.channels.wechat.media import Pictures
from bot.channels.wechat.menu import load_menu
from bot.channels.wechat.outbound import Outbound
from bot.channels.wechat.quota import Quota
from bot.channels.wechat.reception import Reception
from bot.channels.wechat.sender import Sender, open_sender
from bot.channels.wechat.turns import Patience, Turns


@dataclass(frozen=True)
class WeChat:
    """What the channel works with; `client` is None for an account that only answers."""

    envelopes: Envelopes
    reception: Reception
    health: WeChatHealth
    turns: Turns
    pictures: Pictures
    sender: Sender
    client: WeChatClient | None

    def background(self) -> Mapping[str, Work]:
        """What runs as long as the server does, by its name in the log."""
        return {"the sender to followers": self.sender.run}

    async def close(self) -> None:
        """Every message is stored: what is under way is run again by the sweeper."""
        await self.turns.close()
        await self.pictures.close()
        if self.client is not None:
            await self.client.close()


def assemble_wechat(parts: Parts, run_turn: RunTurn, patience: Patience) -> WeChat | None:
    """None when the settings name no account. Raises MenuError when the menu file is not fit."""
    config, engine, now = parts.config, parts.channel_engine, parts.now
    account = Account.of(config)
    if account is None:
        return None
    follows = config.wechat_customer_service
    customers = Customers(engine, parts.sealer, config.web_secrets(), account.app_id)
    outbound = Outbound(engine, parts.transcript)
    deliveries, quota = Deliveries(engine), Quota(engine)
    client = open_client(config, engine, parts.sealer, now, parts.owner) if follows else None
    sender = open_sender(parts, customers, client)
    pictures = Pictures(config.wechat_api_url, client.media if client is not None else None)
    answering = Answering(
        parts.transcript,
        outbound,
        deliveries,
        answers_follow=follows,
        now=now,
        wake=sender.wake,
        followers=parts.followers,
    )
    trouble = texts.TROUBLE.format(hotline=config.hotline)
    turns = Turns(patience, answering.bring, answers_follow=follows, trouble=trouble)
    hearing = Hearing(parts, outbound, pictures, run_turn)
    events = Events(
        customers,
        outbound,
        load_menu().spoken_for,
        take=hearing.take,
        say=hearing.say,
        words={
            "bank_name": config.bank_name,
            "hotline": config.hotline,
            "days": config.conversation_days,
        },
        now=now,
    )
    return WeChat(
        envelopes=Envelopes(account, Guard(engine), now),
        reception=Reception(
            customers,
            quota,
            deliveries,
            hearing,
            events,
            turns,
            answering,
            trouble=trouble,
            now=now,
        ),
        health=WeChatHealth(outbound, client),
        turns=turns,
        pictures=pictures,
        sender=sender,
        client=client,
    )
