"""The question before something is done, and what came of it: as pages, or as what a dialog shows."""

from http import HTTPStatus
from typing import Any, final

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from corner_host.operations import ActionResult, OperationsError
from corner_host.operations.choices import POLICIES
from corner_host.operations.errors import store_told

from .filters import Parameters, kept
from .forms import form_of
from .levers import DURATIONS, LEVERS, RATES, Lever, Pull
from .pages.host import LEVELS
from .refusals import status_of
from .rendering import Renderer
from .visit import Visit


@final
class Confirmation:
    """Answers ``/confirm`` and ``/act``."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def ask(self, visit: Visit) -> Response:
        """Return the question; nothing is changed."""
        name = visit.get("do")
        lever = LEVERS.get(name)
        if lever is None or not _is_allowed(visit, name):
            return PlainTextResponse("No such action here.", HTTPStatus.FORBIDDEN)
        return await self._question(visit, name, lever, visit.request.query_params)

    async def act(self, visit: Visit) -> Response:
        """Do it, and return what came of it."""
        form = await form_of(visit.request)
        name = form.get("do", "")
        lever = LEVERS.get(name)
        if lever is None or not _is_allowed(visit, name):
            return PlainTextResponse("No such action here.", HTTPStatus.FORBIDDEN)
        pull = Pull(visit, form)
        if lever.is_grave and pull.get("typed") != pull.target:
            return await self._question(visit, name, lever, form, wrong=visit.t("The name is not the same."))
        try:
            with store_told():
                result = await lever.act(pull)
        except OperationsError as error:
            return await self._question(visit, name, lever, form, wrong=str(error), status=status_of(error))
        values = {"result": result, "back": back(pull)}
        return await self._answer(visit, "done.html", values)

    async def _question(
        self,
        visit: Visit,
        name: str,
        lever: Lever,
        parameters: Parameters,
        *,
        wrong: str = "",
        status: HTTPStatus | None = None,
    ) -> Response:
        pull = Pull(visit, parameters)
        preview: ActionResult | None = None
        if lever.preview is not None:
            try:
                with store_told():
                    preview = await lever.preview(pull)
            except OperationsError as error:
                wrong, status = str(error), status_of(error)
        filled = ""
        if lever.fill is not None:
            try:
                with store_told():
                    filled = await lever.fill(pull)
            except OperationsError as error:
                wrong, status = wrong or str(error), status or status_of(error)
        values = {
            "do": name,
            "filled": pull.get("payload") or filled,
            "lever": lever,
            "pull": pull,
            "preview": preview,
            "wrong": wrong,
            "kept": kept(parameters),
            "back": back(pull),
            "durations": tuple(DURATIONS),
            "rates": RATES,
            "policies": POLICIES,
            "level_names": LEVELS,
        }
        chosen = status or (HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK)
        return await self._answer(visit, "confirm.html", values, chosen)

    async def _answer(
        self, visit: Visit, template: str, values: dict[str, Any], status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        if visit.request.headers.get("hx-request") == "true":
            # a dialog shows refusals too; htmx would not swap an answer that is no success
            return HTMLResponse(await self._renderer.blocks(template, ("dialog",), visit, values))
        host = await visit.operations.host.status()
        frame = {"host": host, "screen": None, "navigation": (), "read_only": not visit.can_act}
        return HTMLResponse(await self._renderer.page(template, visit, {**frame, **values}), status)


def _is_allowed(visit: Visit, name: str) -> bool:
    return visit.can_reveal if name == "setting.reveal" else visit.can_act


def back(pull: Pull) -> str:
    """Return a link to the page that an action was chosen on."""
    return "./" + pull.get("back").lstrip("./")
