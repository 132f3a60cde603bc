"""What holds of every exercise: its check accepts what is right and rejects what is wrong.

One module of checks belongs to one chapter. The file of its name here has these tables, each by the
name of the check:

MISTAKES    usual mistakes, as pairs (answer, words of the message that names it).
WRONG       more plausible wrong answers, by what is wrong: rejected, with whatever words.
UNUSUAL     right answers that look unlike the printed one, by what is unusual: accepted.
EQUIVALENT  mutants of the printed solution that compute the same, by the change, with the reason.

AT is how a message about a mistake goes on after "at ", as a regular expression.
"""

import pkgutil
import re
import time
from copy import deepcopy
from importlib import import_module

import numpy as np
import pytest

from feedforward import exercises
from tests.support import book
from tests.support.exercises import feedback_of, function_of, parts_of, printed
from tests.support.mutants import mutants

NAMES = [
    module.name
    for module in pkgutil.iter_modules(exercises.__path__)
    if (book.ROOT / "chapters" / f"{module.name.replace('_', '-')}.md").is_file()
]
"""The modules of chapters."""
CHECKS = {name: import_module(f"feedforward.exercises.{name}") for name in NAMES}
DATA = {name: import_module(f"tests.feedforward.exercises.test_{name}") for name in NAMES}


def code(name: str, directive: str) -> dict[str, str]:
    return printed(name.replace("_", "-"), directive)


def solution(name: str, check: str) -> str:
    (cell,) = (cell for cell in code(name, "solution").values() if f".{check}(" in cell)
    return cell


LABELS = [(name, label) for name in NAMES for label in code(name, "exercise")]
EACH = [
    pytest.param(name, check, id=check)
    for name in NAMES
    for check in dir(CHECKS[name])
    if check.startswith("check_")
]
MISTAKES = [
    pytest.param(name, check, mistake, words, id=f"{name}-{check}-{words}")
    for name in NAMES
    for check, rows in DATA[name].MISTAKES.items()
    for mistake, words in rows
]


def listed(table: str) -> list:
    return [
        pytest.param(name, check, answer, id=f"{check}-{what}")
        for name in NAMES
        for check, rows in getattr(DATA[name], table).items()
        for what, answer in rows.items()
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


@pytest.mark.parametrize("name, check", EACH)
def test_each_check_is_tried_with_eight_wrong_and_six_unusual_answers(name, check):
    assert len(DATA[name].WRONG[check]) >= 8
    assert len(DATA[name].UNUSUAL[check]) >= 6


@pytest.mark.parametrize("name, check, answer", listed("WRONG"))
def test_a_plausible_wrong_answer_is_rejected(name, check, answer):
    assert not getattr(CHECKS[name], check)(answer).passed


@pytest.mark.parametrize("name, check, answer", listed("UNUSUAL"))
def test_an_unusual_right_answer_passes(name, check, answer):
    feedback = getattr(CHECKS[name], check)(answer)
    assert feedback.passed, feedback.message


@pytest.mark.parametrize("name, check", EACH)
def test_a_mutant_of_the_solution_passes_only_if_it_computes_the_same(name, check):
    cell = solution(name, check)
    function = re.search(rf"{check}\((\w+)\)", cell).group(1)
    found = mutants(cell, function)
    assert len(found) >= 15
    passed = {c for c, mutant in found.items() if getattr(CHECKS[name], check)(mutant).passed}
    equivalent = DATA[name].EQUIVALENT.get(check, {})
    assert passed == set(equivalent)
    assert all(equivalent.values()), "each needs its reason"


@pytest.mark.parametrize("name, check", EACH)
def test_an_answer_that_changes_an_array_of_its_caller_is_told_so(name, check):
    right = function_of(solution(name, check))
    arguments = parts_of(CHECKS[name], check)["shown"][0]
    for k, argument in enumerate(arguments):
        if not isinstance(argument, np.ndarray):
            continue

        def changing(*received, k=k):
            answer = deepcopy(right(*received))
            received[k][...] += 1
            return answer

        message = getattr(CHECKS[name], check)(changing).message
        assert re.search(r"your function changed its argument `\w+`", message)


@pytest.mark.parametrize("name, check", EACH)
def test_every_input_has_a_finite_reference_and_a_hint_for_wrong_values(name, check):
    parts = parts_of(CHECKS[name], check)
    rng = np.random.default_rng(1)
    hints = parts["hint"] if parts["parts"] else [parts["hint"]]
    for arguments in [*parts["shown"], *(parts["draw"](rng) for _ in range(100))]:
        expected = parts["reference"](*deepcopy(arguments))
        expected = expected if parts["parts"] else [expected]
        for hint, part in zip(hints, map(np.asarray, expected), strict=True):
            assert np.isfinite(part.astype(float)).all()
            for wrong in (part + 1.5, np.full(part.shape, np.nan)):
                with np.errstate(all="ignore"):
                    words = hint(deepcopy(arguments), wrong, part)
                assert words is None or isinstance(words, str)


@pytest.mark.parametrize("name, check", EACH)
def test_a_check_takes_less_than_two_seconds(name, check):
    started = time.process_time()
    feedback_of(solution(name, check), CHECKS[name])
    assert time.process_time() - started < 2
