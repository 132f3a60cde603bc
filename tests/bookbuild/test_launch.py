"""One repository address, from one place, and links that open the right thing."""

import json
import subprocess

import pytest

from bookbuild import launch

CHAPTER = """---
kernelspec:
  name: python3
  display_name: Python 3
---
# Page

```{code-cell} ipython3
1 + 1
```
"""


def test_the_environment_beats_the_configuration_which_beats_the_remote():
    addresses = [f"https://github.com/{name}/book" for name in ("config", "env", "remote")]
    config, env, remote = addresses
    assert launch.repository(config, env, remote) == env
    assert launch.repository(config, None, remote) == config
    assert launch.repository(config, " ", remote) == config
    assert launch.repository("", None, remote) == remote
    assert launch.repository("", None, None) is None


@pytest.mark.parametrize(
    "written",
    [
        "https://github.com/owner/name",
        "https://github.com/owner/name.git",
        "https://token@github.com/owner/name/",
        "git@github.com:owner/name.git",
        "ssh://git@github.com/owner/name.git",
        "ssh://git@github.com:22/owner/name.git",
    ],
)
def test_every_way_to_write_an_address_gives_the_same_one(written):
    assert launch.normalise(written) == "https://github.com/owner/name"


@pytest.mark.parametrize("written", ["/srv/git/name.git", "../name", "file:///srv/name"])
def test_a_folder_is_no_address(written):
    assert launch.normalise(written) is None


def test_binder_opens_that_chapter_in_jupyterlab():
    url = launch.binder_url("https://mybinder.org/", "https://github.com/o/n", "chapters/a.md")
    assert url == "https://mybinder.org/v2/gh/o/n/HEAD?urlpath=lab/tree/chapters/a.md"


def test_binder_knows_other_hosts():
    assert "/v2/gl/o%2Fn/HEAD?" in launch.binder_url("https://b", "https://gitlab.com/o/n", "a.md")
    other = launch.binder_url("https://b", "https://git.example/o/n", "a.md")
    assert "/v2/git/https%3A%2F%2Fgit.example%2Fo%2Fn/HEAD?" in other


def test_only_known_hosts_get_an_edit_link():
    assert launch.edit_url("https://github.com/o/n", "main", "a.md") == (
        "https://github.com/o/n/edit/main/a.md"
    )
    assert launch.edit_url("https://git.example/o/n", "main", "a.md") is None


def test_the_remote_of_a_repository_is_found(tmp_path):
    assert launch.git_remote(tmp_path) is None
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert launch.git_remote(tmp_path) is None
    add = ["git", "-C", tmp_path, "remote", "add", "origin", "git@github.com:o/n.git"]
    subprocess.run(add, check=True)
    assert launch.git_remote(tmp_path) == "git@github.com:o/n.git"


def actions(book):
    return {tag.text.strip(): tag["href"] for tag in book.page().select("a.page-action")}


def test_without_an_address_no_button_leads_nowhere(build):
    assert list(actions(build(CHAPTER))) == ["Notebook"]


def test_with_an_address_a_chapter_can_be_run_and_edited(build, monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "https://github.com/o/n")
    links = actions(build(CHAPTER))
    assert links["Run"] == "https://mybinder.org/v2/gh/o/n/HEAD?urlpath=lab/tree/index.md"
    assert links["Edit"] == "https://github.com/o/n/edit/main/index.md"


def test_an_address_that_is_none_is_refused(build, monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "the usual place")
    assert "BOOK_REPOSITORY_URL is not a repository's address" in build(CHAPTER).error


def test_the_notebook_holds_the_cells_and_is_the_same_every_time(build):
    book = build(CHAPTER)
    text = (book.output / "_downloads" / "index.ipynb").read_text("utf-8")
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    assert sources == ["# Page", "1 + 1"]
    assert text == launch.notebook(book.output.parent / "source" / "index.md")
