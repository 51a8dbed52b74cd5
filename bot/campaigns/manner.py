"""How each audience is spoken to: the words around a campaign's own, and how much at a time. Pure.

The elderly get short sentences, one thing after the other, and few buttons; students are spoken to
as a friendly senior would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.campaigns.campaign import Audience


@dataclass(frozen=True)
class Manner:
    """Texts have blanks in braces; `quiz` to `complain` are titles of buttons.

    `hello` stands before `before` and `over` where a customer has just come; `others_on` behind
    them while other campaigns are going on.

    `most_buttons` stand under one message, `most_answers` under a theme.
    """

    hello: str
    before: str
    over: str
    others_on: str
    stand_before: str
    stand_over: str
    menu: str
    more: str
    theme: str
    share: str
    in_form: str
    most_buttons: int
    most_answers: int
    quiz: str
    book: str = "预约活动热线"
    others: str = "更多内容"
    back: str = "回到活动"
    forward: str = "转发给朋友"
    complain: str = "我要投诉"


_PLAIN = Manner(
    hello="您好，我是小保。",
    before=(
        "“{title}”{first}开始，到{last}结束，您来早了一点。\n"
        "下面的内容现在就能看；有问题直接问我，要投诉也可以。"
    ),
    over=(
        "“{title}”{last}已经结束了，谢谢您来。\n下面的内容还可以看；有问题直接问我，要投诉也可以。"
    ),
    others_on="现在也有别的活动，发“有什么活动”就能看。",
    stand_before="这里的“{event}”{first}才开始；“{title}”已经在进行，到{until}。\n{welcome}",
    stand_over="这里的“{event}”{last}已经结束；“{title}”还在进行，到{until}。\n{welcome}",
    menu="“{title}”有这些，选一个就能看；有问题也可以直接问我。",
    more="还有这些：",
    theme="关于{theme}，大家常问这些。没有您想问的，直接打字问我。",
    share="把下面这段话转发给朋友就行：",
    in_form="欢迎来到“{title}”！活动内容随时发“看看活动”就能看，我们先把刚才的接着来。",
    most_buttons=8,
    most_answers=8,
    quiz="小问答",
)
_STUDENTS = Manner(
    hello="同学好，我是小保。",
    before=(
        "“{title}”{first}才开始，到{last}。\n下面的现在就能看，先了解一下也不错；有问题直接问我。"
    ),
    over="“{title}”{last}已经结束啦，谢谢你来。\n下面的还能看，有问题照样问我。",
    others_on="现在也有别的活动，发“有什么活动”就能看。",
    stand_before="这里的“{event}”{first}才开始；“{title}”已经在进行，到{until}。\n{welcome}",
    stand_over="这里的“{event}”{last}已经结束啦；“{title}”还在进行，到{until}。\n{welcome}",
    menu="“{title}”有这些，想看哪个选哪个；有问题直接问。",
    more="还有这些：",
    theme="关于{theme}，大家常问这些。没有你想问的，直接打字问我。",
    share="下面这段话，转发给同学就行：",
    in_form="欢迎来到“{title}”！活动内容随时发“看看活动”就能看，我们先把刚才的接着来。",
    most_buttons=8,
    most_answers=8,
    quiz="答几道题",
)
_ELDERLY = Manner(
    hello="您好！我是小保。\n",
    before="活动还没开始。\n{first}开始，到{last}。\n下面的，现在就能看。\n想问什么，打字就行。",
    over="活动{last}结束了。\n谢谢您来。\n下面的，还能看。\n想问什么，打字就行。",
    others_on="现在也有别的活动。\n想看，发“有什么活动”。",
    stand_before="这个摊位{first}才开始。\n活动已经开始了，到{until}。\n{welcome}",
    stand_over="这个摊位{last}结束了。\n活动还有，到{until}。\n{welcome}",
    menu="想看哪样，选一个。\n想问什么，打字就行。",
    more="还有这些。选一个就行。",
    theme="{theme}，大家常问这些。\n想看哪样，选一个。",
    share="把下面这段话，转给亲戚朋友。",
    in_form="欢迎您来！\n活动一会儿再看。\n到时候发“看看活动”。\n先把刚才的接着来。",
    most_buttons=6,
    most_answers=4,
    quiz="答小题",
    others="看别的",
)
MANNERS: Mapping[Audience, Manner] = {
    Audience.EVERYONE: _PLAIN,
    Audience.STUDENTS: _STUDENTS,
    Audience.ELDERLY: _ELDERLY,
}
