"""One module a family of addresses; each offers `routes(web) -> APIRouter`."""
