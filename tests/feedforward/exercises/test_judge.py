"""What all checks share: which values are right, which input is shown, what is said about it."""

import re

import numpy as np
import pytest

from feedforward.exercises import KINDS, judge, near, numbers, shape, sizes


def verdict(answer, reference, shown=(), draw=None, **options):
    def vector(rng):
        return (numbers(rng, *sizes(rng, 1)),)

    return judge(answer, reference, shown, draw or vector, lambda *_: None, "Right.", **options)


def spread(z):
    return np.sqrt(((z - z.mean()) ** 2).mean())


def test_praise_says_how_many_random_inputs_agree():
    message = verdict(lambda z: z * 2, lambda z: z + z).message
    count = int(message.removeprefix("Right. ").split()[0])
    assert message == f"Right. {count} random inputs agree as well."
    assert 200 < count <= 300


def test_the_random_inputs_are_the_same_at_each_run():
    runs = []
    for _ in range(2):
        seen = []
        verdict(lambda z, seen=seen: seen.append(z.tolist()) or z, lambda z: z)
        runs.append(seen)
    assert runs[0] == runs[1]


def test_the_random_inputs_are_of_every_kind():
    seen = []
    verdict(lambda z: seen.append(z) or z, lambda z: z)
    assert {z.dtype for z in seen} == {np.dtype(d) for d in (np.int64, np.float32, np.float64)}
    assert {1, 2, 3, 12} <= {z.size for z in seen}
    largest = {np.abs(z).max() for z in seen}
    assert {40, 800, 1e8, 0} <= largest
    assert any(0 < most < 1e-7 for most in largest)
    ranges = {float(np.ptp(z)) for z in seen if z.size > 1 and np.abs(z).max() > 0.5}
    assert any(0.9e-8 < r < 1e-7 for r in ranges)
    several = [z for z in seen if z.size > 2]
    assert any((z < 0).all() for z in several)
    assert any(len(set(z.tolist())) < z.size for z in several)
    assert any((np.sort(z) != z).any() for z in several)


def test_every_kind_has_the_shape_that_is_asked_for():
    rng = np.random.default_rng(0)
    for kind in KINDS:
        array = numbers(rng, 2, 3, kinds=[kind])
        assert array.shape == (2, 3)
        assert array.dtype == np.float64
    assert {len(shape(rng, 3)) for _ in range(50)} == {1, 2, 3}


def test_the_smallest_random_input_that_goes_wrong_is_shown():
    message = verdict(lambda z: z if z.size < 2 else -z, lambda z: z).message
    assert re.fullmatch(r"at z=\[0, \d\] you returned \[0, -\d\], expected \[0, \d\].", message)


def test_a_smaller_input_is_looked_for_where_one_goes_wrong():
    lengths = iter([12, 7, 9, 3, 8])
    message = verdict(
        lambda z: -z if z.size > 4 else z,
        lambda z: z,
        draw=lambda rng: (np.ones(next(lengths)),),
        draws=1,
    ).message
    shown = re.match(r"at z=\[(.*?)\]", message)[1].split(",")
    assert len(shown) == 7


def test_hand_picked_inputs_come_first():
    shown = [(np.array([5.5, 6.5]),)]
    assert verdict(lambda z: -z, lambda z: z, shown).message.startswith("at z=[5.5, 6.5] you")


def test_what_is_expected_is_computed_before_the_answer_is_called():
    """An answer cannot reach the reference's arguments, nor those of the next call."""
    shown = [(np.array([1.0, 2.0]),)]

    def zero(z):
        z[:] = 0
        return z

    message = verdict(zero, lambda z: z, shown).message
    assert "your function changed its argument `z`" in message
    assert "`z = z.copy()`" in message
    assert shown[0][0].tolist() == [1, 2]


def test_a_reference_may_work_in_place():
    def doubled(z):
        z *= 2
        return z

    assert verdict(lambda z: z + z, doubled).passed
    assert not verdict(lambda z: 4 * z, doubled).passed


def test_a_change_of_shape_is_a_change():
    def column(z):
        z.resize((len(z), 1), refcheck=False)
        return z[:, 0]

    assert "changed its argument" in verdict(column, lambda z: z).message


def test_whole_numbers_are_tried_and_named_as_the_cause():
    def into(z):
        half = np.zeros_like(z)
        half[:] = z / 2
        return half

    message = verdict(into, lambda z: z / 2).message
    assert "The same numbers in float64 go right; here `z` is int64." in message
    assert "holds no fractions" in message


def test_an_answer_in_float32_is_right_where_float32_can_do_no_better():
    for answer in (
        lambda z: np.float32(spread(z)),
        lambda z: spread(z.astype(np.float32)),
        lambda z: float(spread(z)),
        lambda z: [spread(z)][0],
    ):
        assert verdict(answer, spread).passed


def test_float64_is_held_to_float64():
    def cancelling(z):
        return np.sqrt(max(0, (z.astype(float) ** 2).mean() - z.astype(float).mean() ** 2))

    assert not verdict(cancelling, spread).passed


def test_an_error_of_thousands_of_roundings_is_a_mistake():
    def nearly_cancelling(rng):
        return (np.array([1.0, -1 + 1e-8]),)

    assert verdict(lambda z: z[1] + z[0], lambda z: z.sum(), [], nearly_cancelling).passed
    assert not verdict(lambda z: z.sum() + 1e-12, lambda z: z.sum(), [], nearly_cancelling).passed


@pytest.mark.parametrize("epsilon", [1e-6, 1e-9, 1e-12])
def test_an_epsilon_for_safety_is_found(epsilon):
    def positive(rng):
        return numbers(rng, *sizes(rng, 1), kinds=["positive"]) * rng.choice([1, 1e-8]), 3.0

    def share(z, scale):
        return scale * z / z.sum()

    assert verdict(share, share, draw=positive).passed
    assert not verdict(lambda z, s: s * z / (z.sum() + epsilon), share, draw=positive).passed


def test_rounding_on_the_way_is_allowed_where_the_check_says_so():
    def by_way_of_one(z):
        return (1 + z) - 1

    def tiny(rng):
        return (1e-4 * numbers(rng, 2, kinds=["tiny"]),)

    assert not verdict(by_way_of_one, lambda z: z, draw=tiny).passed
    assert verdict(by_way_of_one, lambda z: z, draw=tiny, inner=1.0).passed
    assert verdict(by_way_of_one, lambda z: z, draw=tiny, inner=lambda z: 1 + z.max()).passed
    assert not verdict(by_way_of_one, lambda z: z, draw=tiny, inner=lambda z: z.max()).passed


def test_what_float32_cannot_hold_is_infinite_or_zero_there():
    def power(z):
        return np.exp(z)

    def far(rng):
        return (np.array([rng.choice([-300.1, 300.1])]),)

    assert verdict(lambda z: np.exp(z.astype(np.float32)), power, draw=far).passed
    assert not verdict(lambda z: np.where(z > 0, np.inf, 0), power, draw=far).passed
    assert not verdict(lambda z: np.float32(0 * z), power, draw=far).passed


def test_nothing_that_is_not_finite_is_right():
    for value in (np.nan, np.inf):
        assert not verdict(lambda z, value=value: np.full(z.shape, value), lambda z: z).passed


def whole(rng):
    return (int(rng.integers(40, 90)),)


def test_counts_are_compared_to_the_last_digit():
    def power(n):
        return 2**n + 1

    assert verdict(lambda n: 1 + (1 << n), power, draw=whole, relative=0).passed
    assert not verdict(lambda n: 2**n, power, draw=whole, relative=0).passed
    assert not verdict(lambda n: float(2**n + 1), power, draw=whole, relative=0).passed
    message = verdict(lambda n: 2**n, power, [(30,)], whole, relative=0).message
    assert message == "at n=30 you returned 1073741824, expected 1073741825."


def test_several_arrays_are_compared_one_by_one():
    def both(z):
        return z, z.sum()

    def check(answer):
        return judge(
            answer,
            both,
            [(np.array([1.0, 2.0]),)],
            lambda rng: (numbers(rng, 3),),
            [lambda *_: "first", lambda arguments, given, expected: f"second {given} {expected}"],
            "Right.",
            parts=("same", "sum"),
        )

    at = "at z=[1.0, 2.0]"
    assert check(lambda z: [list(z), float(z.sum())]).passed
    assert check(lambda z: z).message.startswith(f"{at}: sum") is False
    assert check(lambda z: (-z, z.sum())).message == (
        f"{at}: same you returned [-1, -2], expected [1, 2]. first"
    )
    assert (
        check(lambda z: (z, 4)).message == f"{at}: sum you returned 4, expected 3. second 4.0 3.0"
    )
    assert check(lambda z: (z, None)).message == f"{at}: sum you returned None, expected 3."
    assert check(lambda z: (z, z)).message == f"{at}: sum you returned shape (2,), expected (): 3"
    assert check(lambda z: (z,)).message == f"{at} return two arrays: same, sum."
    assert check(lambda z: 3).message == f"{at} return two arrays: same, sum."
    assert check(lambda z: None).message.startswith(f"{at} you returned None, expected two arrays")


def test_of_many_numbers_the_first_wrong_one_is_shown():
    z = np.arange(20.0)
    message = verdict(lambda z: np.where(z == 7, 0, z), lambda z: z, [(z,)]).message
    assert message == "at z of shape (20,) you returned 0 at [7], expected 7."


def test_hints_do_not_take_a_tiny_number_for_another():
    assert near(np.array([1.0, 2.0]), [1.0, 2.0000001])
    assert not near(np.array([1e-10]), [1e-12])
    assert not near(np.array([1e-10]), [0.0])
    assert not near(np.array([1.0]), 1.0)
