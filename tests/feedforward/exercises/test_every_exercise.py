"""Each printed solution passes, each stub is answered, each usual mistake is told from the others.

One module of checks belongs to one chapter; its mistakes are listed in the file of its name here.
"""

import pkgutil
import re
from importlib import import_module

import pytest

from feedforward import exercises
from tests.support.exercises import feedback_of, printed

NAMES = [module.name for module in pkgutil.iter_modules(exercises.__path__)]
CHECKS = {name: import_module(f"feedforward.exercises.{name}") for name in NAMES}
DATA = {name: import_module(f"tests.feedforward.exercises.test_{name}") for name in NAMES}


def code(name: str, directive: str) -> dict[str, str]:
    return printed(name.replace("_", "-"), directive)


LABELS = [(name, label) for name in NAMES for label in code(name, "exercise")]
MISTAKES = [
    pytest.param(name, check, mistake, words, id=f"{name}-{check}-{words}")
    for name in NAMES
    for check, rows in DATA[name].MISTAKES.items()
    for mistake, words in rows
]


@pytest.mark.parametrize("name", NAMES)
def test_each_check_has_one_stub_one_solution_and_some_mistakes(name):
    checks = {check for check in dir(CHECKS[name]) if check.startswith("check_")}
    assert checks == set(DATA[name].MISTAKES)
    for directive in ("exercise", "solution"):
        called = [re.findall(r"exercises\.(check_\w+)", c) for c in code(name, directive).values()]
        assert sorted(called) == sorted([check] for check in checks)
    assert set(code(name, "exercise")) == set(code(name, "solution"))


@pytest.mark.parametrize("name, label", LABELS)
def test_the_printed_solution_passes(name, label):
    feedback = feedback_of(code(name, "solution")[label], CHECKS[name])
    assert feedback.passed, feedback.message


@pytest.mark.parametrize("name, label", LABELS)
def test_the_empty_stub_runs_and_is_told_what_was_expected(name, label):
    feedback = feedback_of(code(name, "exercise")[label], CHECKS[name])
    assert not feedback.passed
    assert re.fullmatch(
        r"Not yet: at .+ you returned None, expected .+\. Does your function end in `return`\?",
        repr(feedback),
    )


@pytest.mark.parametrize("name, check, mistake, words", MISTAKES)
def test_a_usual_mistake_is_named_with_the_input_that_shows_it(name, check, mistake, words):
    feedback = getattr(CHECKS[name], check)(mistake)
    assert not feedback.passed
    assert words in feedback.message
    assert re.match(rf"at {DATA[name].AT}", feedback.message)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_mistakes_of_an_exercise_get_the_same_message(name):
    for check, rows in DATA[name].MISTAKES.items():
        messages = [getattr(CHECKS[name], check)(mistake).message for mistake, _ in rows]
        assert len(set(messages)) == len(messages)
