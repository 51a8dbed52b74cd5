"""What campaign reports need from the storage. Every method may raise StoreUnavailable."""

from collections.abc import Sequence
from typing import Protocol

from casestore.domain.campaign import CampaignReport


class CampaignReports(Protocol):
    """The last report of each client on each of its campaigns."""

    def put(self, report: CampaignReport) -> None:
        """Replace the client's report on this campaign."""

    def of(self, campaign_id: str) -> Sequence[CampaignReport]:
        """The reports on a campaign, the one received last first."""

    def all(self) -> Sequence[CampaignReport]:
        """Every report, the one received last first."""
