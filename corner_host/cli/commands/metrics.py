"""``corner-host metrics``."""

import typer

from corner_host.cli.finding import Pid, Socket, connect

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def metrics(context: typer.Context, pid: Pid = None, socket: Socket = None) -> None:
    """Print the metrics as Prometheus reads them."""
    typer.echo(connect(context, pid, socket).read("/metrics").decode(), nl=False)
