"""The reply as the customer reads it: first what was decided, then why, then what can be done.

The parts a decision must have: 投诉办法 article 19; 核查: article 20 (of decisions of branches
only); mediation: article 23.
"""

from collections.abc import Sequence

from casestore.domain.reply import Draft, Parts, Point, missing
from casestore.domain.texts import LONGEST_ACT

_OTHER_WAYS = (
    "向金融纠纷调解组织申请调解（需双方同意）；与我行订有仲裁协议的，向约定的仲裁机构申请仲裁；"
    "向人民法院提起诉讼；拨打 12378 银行保险消费者投诉维权热线反映。"
)
_REVIEW = (
    "如果您对这个处理决定有异议，可以自收到之日起 30 日内，向作出决定机构的上级机构书面申请核查"
    "（《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）第二十条）。\n您也可以："
    + _OTHER_WAYS
)
_NO_REVIEW = "如果您对这个处理决定有异议，您可以：" + _OTHER_WAYS

_OPENING = "尊敬的客户：\n您好！您反映的问题（投诉编号 {reference}）我们已经核实处理，结果如下。"
_REVIEW_OPENING = "尊敬的客户：\n您好！您申请的核查（投诉编号 {reference}）我们已经办完，结果如下。"
_CLOSING = "感谢您把这件事告诉我们；给您带来的不便，我们向您致歉。"
_NUMBERS = "一二三四五"


def usual_remedies(offers_review: bool) -> str:
    """The text about remedies to start from; see ``casestore.domain.reply.missing``."""
    return _REVIEW if offers_review else _NO_REVIEW


def compose(parts: Parts, points: Sequence[Point], reference: str, is_review: bool = False) -> str:
    """The whole reply as plain text; ``is_review`` for the decision of a review (核查)."""
    opening = _REVIEW_OPENING if is_review else _OPENING
    sections = (
        ("处理决定", parts.decision),
        ("核实情况", parts.facts),
        ("对您各项诉求的答复", _answers(points)),
        ("依据和理由", parts.basis),
        ("您还可以怎么做", parts.remedies),
    )
    body = [
        f"{number}、{title}\n{text.strip()}"
        for number, (title, text) in zip(_NUMBERS, sections, strict=True)
    ]
    return "\n\n".join([opening.format(reference=reference), *body, _CLOSING])


def lacks(draft: Draft, reference: str, offers_review: bool, is_review: bool) -> tuple[str, ...]:
    """What keeps a draft from being submitted, in Chinese; see ``casestore.domain.reply.missing``.
    The whole of it must also fit into one message."""
    lacking = missing(draft.parts, draft.points, offers_review)
    length = len(compose(draft.parts, draft.points, reference, is_review))
    if length <= LONGEST_ACT:
        return lacking
    return (*lacking, f"答复全文有 {length} 字，超过 {LONGEST_ACT} 字，请写得简短些。")


def _answers(points: Sequence[Point]) -> str:
    return "\n".join(
        f"{number}. 您提出：{point.claim.strip()}\n答复：{point.answer.strip()}"
        for number, point in enumerate(points, start=1)
    )
