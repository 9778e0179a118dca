"""Lists as files: jobs and audit, as CSV and JSON, with the filters of the page they were taken from.

They are written in a thread: five thousand rows would hold up the event loop.
"""

import csv
import io
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any, Final

import anyio.to_thread
from starlette.responses import Response

from corner_host.operations import AuditEntry, AuditQuery, JobSummary, as_json

from .filters import job_query
from .visit import Visit

_MOST_PAGES: Final = 25
"""Of 200 rows."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


async def _jobs(visit: Visit) -> list[JobSummary]:
    found: list[JobSummary] = []
    query = job_query(visit.request.query_params, visit.now, limit=200)
    for _ in range(_MOST_PAGES):
        page = await visit.operations.jobs.search(query)
        found.extend(page.items)
        if page.next is None:
            break
        parameters = visit.request.query_params
        query = job_query(type(parameters)([*parameters.multi_items(), ("cursor", page.next)]), visit.now, limit=200)
    return found


async def _audit(visit: Visit) -> list[AuditEntry]:
    query = AuditQuery(text=visit.get("q") or None, since=visit.since(), limit=1000)
    return list((await visit.operations.audit.search(query)).items)


def _as_csv(kind: type[Any], load: Callable[[Visit], Awaitable[Sequence[Any]]], name: str) -> "Export":
    async def answer(visit: Visit) -> Response:
        found = await load(visit)

        def write() -> str:
            return csv_text([each.name for each in fields(kind)], [as_json(each) for each in found])

        return _file(await anyio.to_thread.run_sync(write), "text/csv; charset=utf-8", name)

    return answer


def _as_json(load: Callable[[Visit], Awaitable[Sequence[Any]]], name: str) -> "Export":
    async def answer(visit: Visit) -> Response:
        found = await load(visit)

        def write() -> str:
            return json.dumps(as_json(found), indent=1, ensure_ascii=False)

        return _file(await anyio.to_thread.run_sync(write), "application/json", name)

    return answer


def csv_text(columns: Sequence[str], rows: Iterable[Any]) -> str:
    r"""Return rows as CSV; what a spreadsheet would take for a formula is made text.

    Example:
        >>> csv_text(["key"], [{"key": "=1+1"}])
        "key\r\n'=1+1\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        cells = ["" if row[name] is None else str(row[name]) for name in columns]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


async def _diagnose(visit: Visit) -> Response:
    content = await visit.operations.diagnose()
    headers = {"content-disposition": 'attachment; filename="diagnose.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


Export = Callable[[Visit], Awaitable[Response]]
EXPORTS: Final[dict[str, Export]] = {
    "jobs.csv": _as_csv(JobSummary, _jobs, "jobs.csv"),
    "jobs.json": _as_json(_jobs, "jobs.json"),
    "audit.csv": _as_csv(AuditEntry, _audit, "audit.csv"),
    "audit.json": _as_json(_audit, "audit.json"),
    "diagnose.zip": _diagnose,
}
"""What can be downloaded, by address."""
UNMASKED: Final = ("diagnose.zip",)
"""Those in which values stand that are no secrets."""
