"""KaTeX's stylesheet and fonts are fetched once, or one line says why not."""

import pytest

from booktools import install


def test_only_woff2_fonts_are_laid_out(tmp_path):
    package = tmp_path / "dist"
    (package / "fonts").mkdir(parents=True)
    for suffix in ("woff2", "woff", "ttf"):
        (package / "fonts" / f"A.{suffix}").write_bytes(b"x")
    (package / "katex.min.css").write_text(
        '@font-face{src:url(fonts/A.woff2) format("woff2"),url(fonts/A.woff) format("woff"),'
        'url(fonts/A.ttf) format("truetype");font-weight:700}'
    )
    install.lay_out(package, tmp_path / "katex")
    assert (tmp_path / "katex/katex.min.css").read_text() == (
        '@font-face{src:url(fonts/A.woff2) format("woff2");font-weight:700}'
    )
    assert [path.name for path in (tmp_path / "katex/fonts").iterdir()] == ["A.woff2"]
    assert install.installed_version(tmp_path) == install.katex_version


def test_installing_twice_fetches_once(tmp_path, monkeypatch):
    (tmp_path / "katex").mkdir()
    (tmp_path / "katex" / "VERSION").write_text(install.katex_version)
    monkeypatch.setattr(install, "_fetch", lambda scratch: pytest.fail("fetched again"))
    assert install.install(tmp_path).endswith("in place.")


def test_a_failed_installation_is_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / "false").write_text("process.stderr.write('npm error no route'); process.exit(3)")
    monkeypatch.setattr(install, "home", lambda: tmp_path)
    monkeypatch.setattr(install, "node", lambda: _failing_node(tmp_path))
    assert install.main() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"could not fetch katex@{install.katex_version}: no route" in said


def _failing_node(folder):
    node = folder / "bin" / "node"
    node.parent.mkdir(exist_ok=True)
    node.write_text("#!/bin/sh\necho 'no route' >&2\nexit 1\n")
    node.chmod(0o755)
    return node
