"""Static mode into a folder of the test's own, with the ids counted anew."""

import pytest

from explorable import static


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORABLE_STATIC", str(tmp_path / "frames"))
    monkeypatch.setattr(static, "_used_ids", type(static._used_ids)())
    return tmp_path / "frames"
