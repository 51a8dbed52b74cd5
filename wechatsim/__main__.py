"""``python -m wechatsim serve``: the simulator with its page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from wechatsim import envfile
from wechatsim.account import Account, Mode
from wechatsim.platform import Platform
from wechatsim.server import HOST, PORT, application, listening_socket, server

_CANNOT_START = 2
_OPTIONAL = Annotated[str, typer.Option(show_default="自动生成")]

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="微信公众平台模拟器：在本机试公众号，不连微信",
)


@cli.callback()
def main() -> None:
    """Keeps `serve` a verb of its own."""


@cli.command()
def serve(
    port: Annotated[int, typer.Option(envvar="WECHATSIM_PORT")] = PORT,
    app_id: _OPTIONAL = "",
    secret: _OPTIONAL = "",
    token: _OPTIONAL = "",
    aes_key: _OPTIONAL = "",
    mode: Annotated[Mode, typer.Option(help="消息加解密方式")] = Mode.ENCRYPTED,
    server_url: Annotated[
        str, typer.Option(help="公众号的服务器地址", show_default="本机的 Rasa 服务")
    ] = "",
    write_env: Annotated[
        Path | None, typer.Option(help="把公众号的设置写进这个 .env；已经有的读回来用")
    ] = None,
) -> None:
    """启动模拟器。"""
    api_url = f"http://{HOST}:{port}"
    given = {"app_id": app_id, "secret": secret, "token": token, "aes_key": aes_key}
    text = envfile.read(write_env) if write_env else ""
    address = server_url or envfile.rasa_url(text)
    try:
        wanted = _account({**given, "server_url": address, "mode": mode})
        account = envfile.account_in(text, wanted)
        listener = listening_socket(port)
    except envfile.ForeignAccount as exc:
        _stop(
            f"{write_env} 里已经有公众号 {exc}，不是模拟器的，没有改动。先把 WECHAT_APP_ID 清空。"
        )
    except ValueError as exc:
        _stop(f"公众号的设置不对：{exc}。")
    except OSError:
        _stop(f"端口 {port} 已被占用。用 --port 换一个。")
    settings = envfile.lines(account, api_url)
    if write_env:
        envfile.write(write_env, envfile.completed(text, settings))
    _introduce(api_url, account, settings, write_env)
    platform = Platform(account)
    platform.url = api_url
    server(application(platform)).run(sockets=[listener])


def _account(given: dict[str, Any]) -> Account:
    return replace(Account.generated(), **{name: value for name, value in given.items() if value})


def _introduce(
    api_url: str, account: Account, settings: dict[str, str], write_env: Path | None
) -> None:
    typer.echo(f"微信模拟器：{api_url}/ （按 Ctrl-C 停止）")
    typer.echo(f"公众号的服务器地址：{account.server_url}")
    if write_env:
        typer.echo(f"公众号的设置在 {write_env} 里，现在另开一个终端运行 make run。")
        return
    typer.echo("让小保用这个公众号，把下面几行写进 .env：\n")
    typer.echo("\n".join(f"{name}={value}" for name, value in settings.items()))


def _stop(reason: str) -> NoReturn:
    typer.echo(reason, err=True)
    raise typer.Exit(_CANNOT_START)


if __name__ == "__main__":
    cli()
