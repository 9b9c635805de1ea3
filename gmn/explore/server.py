"""The explorer with live networks, on this machine alone."""

import socket
from threading import Lock
from typing import Annotated

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from gmn.arguments import checked
from gmn.errors import UserError
from gmn.explore.explorer import Explorer

HOST = "127.0.0.1"
NAMES = [HOST, "localhost"]  # by which a browser on this machine may call it
Port = Annotated[int, Field(ge=1, le=65535)]
DIGITS = 6  # of the numbers in a question


@checked
def application(explorer: Explorer, page: str) -> FastAPI:
    """The page and its questions.

    Args:
        explorer: that answers.
        page: HTML.
    """
    app = FastAPI(title="What GMN imagines", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=NAMES)
    one = Lock()  # an answer at a time; threads that wait leave the page free

    @app.middleware("http")
    async def refuse_other_sites(request: Request, answer) -> Response:
        origin = request.headers.get("origin")
        if origin and origin != f"http://{request.headers.get('host')}":
            return Response(f"origin: {origin}: this page answers itself alone", 403)
        return await answer(request)

    @app.get("/", response_class=HTMLResponse)
    async def index() -> str:
        return page

    @app.get("/about")
    async def about() -> dict:
        return explorer.about()

    @app.get("/scenes/{index}")
    def scene(index: str) -> dict:
        number = _known(index, explorer.scenes, "scene")
        with one:
            return explorer.scene(number)

    @app.get("/scenes/{index}/imagined")
    def imagined(index: str, given: str = "") -> dict:
        number, chosen = _known(index, explorer.scenes, "scene"), observations(given)
        with one:
            return explorer.imagine(number, chosen)

    @app.get("/scenes/{index}/shape/{network}.ply")
    def shape(index: str, network: str, given: str = "") -> Response:
        number, chosen = _known(index, explorer.scenes, "scene"), observations(given)
        if network not in explorer.models:
            raise HTTPException(404, f"network: got {network[:20]!r}; there are {', '.join(explorer.models)}")
        try:
            with one:
                return Response(explorer.shape(number, chosen, network), media_type="model/ply")
        except UserError as error:
            raise HTTPException(422, str(error)) from None

    def observations(given: str) -> list[int]:
        count = len(explorer.observations)
        if len(given) > (DIGITS + 1) * count:
            raise HTTPException(422, f"given: {len(given)} letters; there are {count} observations")
        return sorted({_known(each, count, "observation") for each in given.split(",")}) if given else []

    return app


@checked
def listen(port: Port) -> socket.socket:
    """A socket on this machine.

    Raises:
        UserError: another program has the port, or it is the system's.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise UserError(f"--port: got {port}: {error.strerror}; use another") from None


@checked
def serve(explorer: Explorer, page: str, listening: socket.socket) -> None:
    """Answer until interrupted."""
    uvicorn.Server(uvicorn.Config(application(explorer, page), log_level="warning")).run([listening])


def _known(text: str, count: int, what: str) -> int:
    """A number below ``count``."""
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise HTTPException(422, f"{what}: got {text[:DIGITS]!r}; use a number with at most {DIGITS} digits")
    if int(text) >= count:
        raise HTTPException(404, f"{what}: got {int(text)}; there are {count}, from 0")
    return int(text)
