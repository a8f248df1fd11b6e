"""시험을 나누는 법: 파일 하나가 한 묶음이고, 오래 걸리는 묶음부터 일꾼에게 줍니다.

묶음마다 걸린 시간은 .ci/durations.json에 있습니다. `python make.py test --record`가
새로 적습니다. 거기에 없는 파일도 돌며, 그때는 보통 걸리는 만큼으로 칩니다.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent
DURATIONS = ROOT / ".ci" / "durations.json"
UNKNOWN = 10.0  # 잰 적이 없는 파일을 이만큼(초)으로 칩니다.
SPREAD = {"book/tests/browser/test_pages.py"}  # 페이지마다 나누는 파일
QUICK = 5.0  # `make check`가 돌리는 파일의 한계(초)
ALWAYS = {"code/tests/test_structure.py"}  # 오래 걸려도 `make check`가 돌리는 것


def pytest_addoption(parser):
    parser.addoption(
        "--quick", action="store_true", help=f"{QUICK:g}초 안에 끝나는 파일만"
    )
    parser.addoption("--record", action="store_true", help="걸린 시간을 적기")


def group_of(nodeid: str) -> str:
    """시험이 드는 묶음의 이름. 파일입니다."""
    return nodeid.partition("::")[0]


class LongestFirst(LoadScopeScheduling):
    """묶음을 하나씩 일꾼에게 줍니다. 차례는 아래의 훅이 늘어놓은 대로입니다."""

    def _split_scope(self, nodeid: str) -> str:
        file = group_of(nodeid)
        if file not in SPREAD:
            return file
        # 페이지의 이름은 첫 인자입니다. 한 번 열어 본 것을 나누어 보는 시험들이므로
        # 한 페이지의 것은 한 일꾼이 맡습니다.
        page = nodeid.partition("[")[2].rstrip("]").partition("-")[0]
        return f"{file} {page}" if page else nodeid


def pytest_xdist_make_scheduler(config, log):
    return LongestFirst(config, log)


def known_durations() -> dict[str, float]:
    """묶음마다 지난번에 걸린 시간(초)."""
    if not DURATIONS.is_file():
        return {}
    return json.loads(DURATIONS.read_text(encoding="utf-8"))


def is_slow(group: str, known: dict[str, float]) -> bool:
    """`make check`에서 뺄 것인지. 잰 적이 없는 새 시험은 빼지 않습니다."""
    return group not in ALWAYS and known.get(group, 0.0) > QUICK


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    known = known_durations()
    for item in items:
        if item.path.suffix == ".ipynb":
            # 노트북 안의 경고는 출력에 남아 견주어지므로 여기서는 오류로 치지 않습니다.
            item.add_marker(pytest.mark.filterwarnings("default"))
    if config.getoption("--quick"):
        slow = [item for item in items if is_slow(group_of(item.nodeid), known)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]
    # 차례를 지키는 정렬이므로 파일 안의 차례는 그대로입니다.
    items.sort(key=lambda item: -known.get(group_of(item.nodeid), UNKNOWN))


class Stopwatch:
    """묶음마다 걸린 시간을 더해 두었다가 끝나면 적습니다."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report):
        self.seconds[group_of(report.nodeid)] += report.duration

    def pytest_sessionfinish(self):
        rounded = {name: round(x, 1) for name, x in sorted(self.seconds.items())}
        known = known_durations() | rounded
        # 없어진 파일은 뺍니다.
        kept = {name: x for name, x in known.items() if (ROOT / name).exists()}
        text = json.dumps(kept, ensure_ascii=False, indent=0) + "\n"
        DURATIONS.write_text(text, encoding="utf-8")


def pytest_configure(config):
    alone = not hasattr(config, "workerinput")
    if config.getoption("--record") and alone:
        config.pluginmanager.register(Stopwatch())
