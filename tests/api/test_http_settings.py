"""`[http]`: for the operator's processes only, and its secret is never shown."""

import tomllib
from pathlib import Path

import pytest

from api.redaction import as_toml, shown
from api.settings import load
from schemas.errors import ConfigurationError
from tests.api.places import opened, small_installation

HTTP = '\n[http]\nproxy = "http://proxy.stadt.example:3128"\nproxy_login_file = "geheim/proxy"\n'


def configured(folder: Path, section: str = HTTP) -> Path:
    config = small_installation(folder)
    config.write_text(config.read_text(encoding="utf-8") + section, encoding="utf-8")
    return config


def test_the_proxy_reaches_those_who_harvest(tmp_path: Path) -> None:
    with opened(configured(tmp_path / "stadt")) as found:
        assert found.web.proxy == "http://proxy.stadt.example:3128"
        assert found.web.proxy_login == tmp_path / "stadt" / "geheim" / "proxy"


def test_without_the_section_there_is_none_whatever_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://anderswo.example:3128")
    with opened(configured(tmp_path / "stadt", "")) as found:
        assert (found.web.proxy, found.web.proxy_login) == ("", None)


def test_the_proxy_may_be_set_by_an_environment_variable_of_klar(tmp_path: Path) -> None:
    settings = load(configured(tmp_path / "stadt", ""), {"KLAR_HTTP__PROXY": "http://proxy.stadt.example:8080"})

    assert settings.content.http.proxy == "http://proxy.stadt.example:8080"


def test_the_public_server_knows_nothing_of_it(tmp_path: Path) -> None:
    assert not hasattr(load(configured(tmp_path / "stadt"), {}).public().content, "http")


def test_the_place_of_the_login_is_not_shown(tmp_path: Path) -> None:
    written = as_toml(shown(load(configured(tmp_path / "stadt"), {})))

    assert tomllib.loads(written)["http"] == {"proxy": "http://proxy.stadt.example:3128", "proxy_login_file": "***"}


@pytest.mark.parametrize("address", ["http://stadt:kanarienvogel@proxy.example:3128", "proxy.example:3128", "socks5://proxy.example"])
def test_what_is_no_proxy_is_refused_and_a_password_is_not_said(address: str, tmp_path: Path) -> None:
    config = configured(tmp_path / "stadt", f'\n[http]\nproxy = "{address}"\n')
    with pytest.raises(ConfigurationError) as caught:
        load(config, {})
    assert "[http] proxy" in str(caught.value)
    assert "kanarienvogel" not in str(caught.value)
