"""The figures of campaigns, as clients report them."""

from collections.abc import Sequence

from casestore.domain.campaign import CampaignFigures, CampaignReport
from casestore.domain.errors import CampaignNotFound
from casestore.domain.texts import text_problem
from casestore.service.ports import Clock, Store


class CampaignBook:
    """The clients' reports. ``now`` gives aware moments."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def report(self, client: str, figures: CampaignFigures) -> None:
        """Note what a client counted of a campaign, in place of its last word. Raises
        StoreUnavailable."""
        with self._store.transaction() as tx:
            tx.campaigns.put(CampaignReport(client, self._now(), figures))
            tx.commit()

    def all(self) -> Sequence[CampaignReport]:
        """One report per campaign, the campaign that began last first; of several clients' reports
        on one campaign the last to arrive. Raises StoreUnavailable."""
        with self._store.transaction() as tx:
            reports = tx.campaigns.all()
        last = {report.figures.campaign.id: report for report in reversed(reports)}
        by_title = sorted(last.values(), key=lambda report: report.figures.campaign.title)
        return sorted(by_title, key=lambda each: each.figures.campaign.first_day, reverse=True)

    def get(self, campaign_id: str) -> CampaignReport:
        """The last report on a campaign. Raises CampaignNotFound, StoreUnavailable."""
        return self._of(campaign_id)[0]

    def reported_by(self, client: str, campaign_id: str) -> CampaignReport:
        """The same of one client; those of others are none of its business. Raises
        CampaignNotFound, StoreUnavailable."""
        for report in self._of(campaign_id):
            if report.client == client:
                return report
        raise CampaignNotFound

    def _of(self, campaign_id: str) -> Sequence[CampaignReport]:
        if text_problem(campaign_id):  # what no database could look for
            raise CampaignNotFound
        with self._store.transaction() as tx:
            reports = tx.campaigns.of(campaign_id)
        if not reports:
            raise CampaignNotFound
        return reports
