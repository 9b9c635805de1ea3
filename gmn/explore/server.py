"""The explorer with live networks, on this machine alone."""

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse

from gmn.explore.explorer import Explorer

HOST = "127.0.0.1"


def application(explorer: Explorer, page: str) -> FastAPI:
    """The page and its questions.

    Args:
        explorer: that answers.
        page: HTML.
    """
    app = FastAPI(title="What GMN imagines")

    # Coroutines, so that they run one after another: scenes share MuJoCo's models.
    @app.get("/", response_class=HTMLResponse)
    async def index() -> str:
        return page

    @app.get("/about")
    async def about() -> dict:
        return explorer.about()

    @app.get("/scenes/{index}")
    async def scene(index: int) -> dict:
        return explorer.scene(_known(index, explorer.scenes, "scene"))

    @app.get("/scenes/{index}/imagined")
    async def imagined(index: int, given: str = "") -> dict:
        _known(index, explorer.scenes, "scene")
        numbers = given.split(",") if given else []
        if not all(number.isdecimal() for number in numbers):
            raise HTTPException(422, f"given: got {given!r}; use numbers with commas between")
        chosen = [_known(int(number), len(explorer.observations), "observation") for number in numbers]
        return explorer.imagine(index, sorted(set(chosen)))

    return app


def serve(explorer: Explorer, page: str, port: int) -> None:
    """Answer until interrupted."""
    uvicorn.run(application(explorer, page), host=HOST, port=port, log_level="warning")


def _known(number: int, count: int, what: str) -> int:
    if not 0 <= number < count:
        raise HTTPException(404, f"{what}: got {number}; there are {count}, from 0")
    return number
