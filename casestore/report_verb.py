"""``python -m casestore report``: a report as a file, made at the server's command line."""

from pathlib import Path

from casestore.bootstrap import build_services
from casestore.domain.errors import ConfigurationError, InvalidRequest, StoreUnavailable
from casestore.domain.figures import RULES
from casestore.domain.report import ReportOrder
from casestore.domain.staff import SYSTEM
from casestore.reports.builder import Names, Stamp, build
from casestore.reports.files import KINDS
from casestore.settings import Settings
from casestore.storage.engine import build_engine

_STANDING = "未定稿，数字随办理变化"


def write_report(settings: Settings, order: ReportOrder, path: Path) -> None:
    """Write a report over the whole bank as it is now; the file's name says which kind of file.

    Raises InvalidRequest for a kind of file there is not and for a period that has not begun,
    ConfigurationError if database or file cannot be reached.
    """
    kind = KINDS.get(path.suffix.removeprefix("."))
    if kind is None:
        raise InvalidRequest({"out": f"文件名应以 {'、'.join(f'.{each}' for each in KINDS)} 结尾"})
    engine = build_engine(settings.database_url.get_secret_value())
    try:
        services = build_services(engine, settings)
        figures = services.reports.figures(order, SYSTEM)
        branches = {each.code: each.name for each in services.reception.directory().branches}
        stamp = Stamp(services.now(), RULES, _STANDING)
        layout = build(order, figures, stamp, Names(services.reports.codes, branches))
        path.write_bytes(kind.write(layout))
        services.audit.note(SYSTEM, "report_exported", "command line", order.title)
    except StoreUnavailable as exc:
        raise ConfigurationError(
            "数据库连不上或没有升级，请检查 DATABASE_URL，并运行 python -m casestore migrate。"
        ) from exc
    except OSError as exc:
        raise ConfigurationError(f"写不了文件 {path}，请检查目录和权限。") from exc
    finally:
        engine.dispose()
