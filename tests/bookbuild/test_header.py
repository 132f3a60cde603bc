"""The head of a page: links that open the right thing, and how long a chapter is."""

import json
import subprocess

import pytest

from bookbuild import header

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
    assert header.repository(config, env, remote) == env
    assert header.repository(config, None, remote) == config
    assert header.repository(config, " ", remote) == config
    assert header.repository("", None, remote) == remote
    assert header.repository("", None, None) is None


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
    assert header.normalise(written) == "https://github.com/owner/name"


@pytest.mark.parametrize("written", ["/srv/git/name.git", "../name", "file:///srv/name"])
def test_a_folder_is_no_address(written):
    assert header.normalise(written) is None


def test_binder_opens_that_chapter_in_jupyterlab():
    url = header.binder_url("https://mybinder.org/", "https://github.com/o/n", "chapters/a.md")
    assert url == "https://mybinder.org/v2/gh/o/n/HEAD?urlpath=lab/tree/chapters/a.md"


def test_binder_knows_other_hosts():
    assert "/v2/gl/o%2Fn/HEAD?" in header.binder_url("https://b", "https://gitlab.com/o/n", "a.md")
    other = header.binder_url("https://b", "https://git.example/o/n", "a.md")
    assert "/v2/git/https%3A%2F%2Fgit.example%2Fo%2Fn/HEAD?" in other


def test_the_remote_of_a_repository_is_found(tmp_path):
    assert header.git_remote(tmp_path) is None
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert header.git_remote(tmp_path) is None
    add = ["git", "-C", tmp_path, "remote", "add", "origin", "git@github.com:o/n.git"]
    subprocess.run(add, check=True)
    assert header.git_remote(tmp_path) == "git@github.com:o/n.git"


def actions(book):
    return {tag.text.strip(): tag["href"] for tag in book.page().select("a.page-action")}


def test_without_an_address_no_button_leads_nowhere(build):
    assert list(actions(build(CHAPTER))) == ["Notebook"]


def test_with_an_address_a_chapter_can_be_run_and_edited(build, monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "https://github.com/o/n")
    links = actions(build(CHAPTER))
    assert links["Run"] == "https://mybinder.org/v2/gh/o/n/HEAD?urlpath=lab/tree/index.md"
    assert links["Edit"] == "https://github.com/o/n/edit/main/index.md"


def test_on_a_host_where_one_cannot_edit_there_is_no_link_to_it(build, monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "https://git.example/o/n")
    assert list(actions(build(CHAPTER))) == ["Run", "Notebook"]


def test_an_address_that_is_none_is_refused(build, monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "the usual place")
    assert "BOOK_REPOSITORY_URL is not a repository's address" in build(CHAPTER).error


def test_the_notebook_holds_the_cells_and_is_the_same_every_time(build):
    book = build(CHAPTER)
    text = (book.output / "_downloads" / "index.ipynb").read_text("utf-8")
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    assert sources == ["# Page", "1 + 1"]
    assert text == header.notebook(book.output.parent / "source" / "index.md")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (0, 5),
        (9 * header.WORDS_A_MINUTE, 10),
        (32 * header.WORDS_A_MINUTE, 30),
        (33 * header.WORDS_A_MINUTE, 35),
    ],
)
def test_reading_time_is_told_to_five_minutes(words, said):
    assert header.minutes(words) == said


def test_code_front_matter_and_the_expression_of_a_number_are_not_read():
    source = (
        "---\na: b\n---\n# One two\n\n```{code-cell}\nx = 1\n```\n\n{eval}`x + 1` is $y$ here.\n"
    )
    assert header.words_to_read(source) == len("# One two number is $y$ here.".split())


def test_a_page_that_is_no_numbered_chapter_says_nothing(build):
    book = build("# A page\n\nSome words.\n")
    assert book.error is None
    assert book.page().select(".reading-time") == []
