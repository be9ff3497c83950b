"""The yardstick: `async def` FastAPI routes that return the same stored bytes, or 304, and do nothing else."""

import os
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import Response


def create_app() -> FastAPI:
    """`BENCH_BYTES` names the file whose content is answered."""
    app = FastAPI(openapi_url=None)
    content = Path(os.environ["BENCH_BYTES"]).read_bytes()

    @app.get("/page")
    async def page() -> Response:
        return Response(content, media_type="text/turtle")

    @app.get("/unchanged")
    async def unchanged() -> Response:
        return Response(status_code=304, headers={"etag": '"same"'})

    return app
