"""``python -m casestore reindex``."""

import typer

from casestore import bootstrap
from casestore.domain.errors import ConfigurationError, FieldUnreadable, StoreUnavailable
from casestore.service.indexing import Indexer
from casestore.settings import Settings, load, read_environment
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore

_FAILED = "重建全文索引时停下了：{why}。检查后再运行一次，会从头再来，不会弄坏数据。"


def reindex() -> None:
    """为全部投诉重建全文索引；从旧版本升级后运行一次，服务不用停。"""
    settings = load(Settings, read_environment())
    engine = build_engine(settings.database_url.get_secret_value())
    done = 0
    try:
        for result in bootstrap.readiness(engine).values():
            if result != "ok":
                raise ConfigurationError(result)
        for done in Indexer(SqlStore(engine, Keyring(settings.field_keys))).rebuild():
            typer.echo(f"已索引 {done} 件……")
    except StoreUnavailable as exc:
        raise ConfigurationError(_FAILED.format(why="数据库无法读写")) from exc
    except FieldUnreadable as exc:
        raise ConfigurationError(_FAILED.format(why="有密钥打不开的内容")) from exc
    finally:
        engine.dispose()
    typer.echo(f"全文索引已重建，共 {done} 件。")
