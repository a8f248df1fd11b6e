"""책의 대조 쪽이 시험과 같은지.

줄과 글이 같고, 지금 잰 오차가 적힌 상한 안에 있습니다.
"""

import importlib.util
import re
from pathlib import Path

import pytest
import torch
from parity import FLOORS, LIMITS, bound, gap

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location(
        "tool", ROOT / "book" / "tools" / "make_parity_page.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(tool):
    return tool.PAGE.read_text("utf8")


def test_page_is_what_the_tests_would_write(tool, page):
    """다르면 `python make.py parity`로 다시 만드세요.

    상한은 적힌 것을 쓰고 나머지를 모두 견줍니다.
    """
    assert tool.render(tool.written_bounds(page)) == page


def test_measured_errors_are_within_the_bounds_and_bounds_within_the_limits(tool, page):
    limits, written = tool.limits(), tool.written_bounds(page)
    for errors, bounds in zip(tool.measured(), written, strict=True):
        assert all(
            e <= b <= limit for e, b, limit in zip(errors, bounds, limits, strict=True)
        )


def test_every_suite_is_on_the_page(tool):
    files = {path.stem for path in Path(__file__).parent.glob("test_parity_*.py")} - {
        Path(__file__).stem
    }
    assert files == set(tool.SUITES)
    keys = [case.key for name in tool.SUITES for case in tool.from_tests(name).CASES]
    assert len(keys) == len(set(keys))


def test_versions_on_the_page_are_the_pinned_ones(page):
    pins = dict(
        re.findall(
            r"^([\w-]+)==(\S+)", (ROOT / "requirements.txt").read_text("utf8"), re.M
        )
    )
    assert f"torch {pins['torch']}, transformers {pins['transformers']}로" in page


@pytest.mark.parametrize("error", [0.0, 1e-17, 3e-9, 2.4e-7, 2.6e-7, 1e-5])
def test_bound_is_a_power_of_ten_with_room(error):
    floor = FLOORS[torch.float32][0]
    value = bound(error, floor)
    assert value >= 4 * error and value >= floor
    assert value == floor or value < 40 * error * (1 + 1e-9)


def test_gap_sees_a_single_wrong_number():
    want = torch.linspace(-2, 1, 12).view(3, 4)
    got = want.clone()
    got[1, 2] += 0.5
    assert gap(got, want) == pytest.approx(0.25)
    assert gap(got, want, scale=5.0) == pytest.approx(0.1)
    with pytest.raises(AssertionError):
        gap(got * torch.nan, want)


def test_limits_are_those_of_the_contract():
    assert LIMITS[torch.float32] == (1e-5, 1e-4)
    assert all(a <= 1e-10 and b <= 1e-10 for a, b in [LIMITS[torch.float64]])
