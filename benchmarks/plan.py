"""How much is measured: everything, or a short trial of everything."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Plan:
    """Counts of one run. `talk_seconds` ends a long conversation that is too slow to go on."""

    warm_up: int = 30
    faq_turns: int = 600
    turns_per_customer: int = 100
    complaints: int = 60
    bursts: int = 10
    conversations: int = 4
    talk_seconds: float = 240.0
    starts: int = 3
    sentences: int = 988
    packets: int = 200


FULL = Plan()
QUICK = Plan(
    warm_up=10,
    faq_turns=100,
    turns_per_customer=20,
    complaints=8,
    bursts=3,
    conversations=1,
    talk_seconds=60.0,
    starts=1,
    sentences=100,
    packets=30,
)


def for_stock(plan: Plan) -> Plan:
    """Stock Rasa takes several times as long for each of these, so it does fewer."""
    return replace(
        plan,
        faq_turns=plan.faq_turns // 2,
        turns_per_customer=plan.turns_per_customer // 2,
        complaints=plan.complaints // 4,
        bursts=min(plan.bursts, 3),
        conversations=1,
        starts=min(plan.starts, 2),
    )
