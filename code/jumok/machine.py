"""이 컴퓨터의 메모리: 지금 쓸 수 있는 만큼과, 이 프로세스가 가장 많이 쓴 만큼.

`jumok doctor`와 학습의 어림이 함께 씁니다. torch도 numpy도 불러오지 않습니다.
"""

from __future__ import annotations

import sys
from pathlib import Path

# 컨테이너의 한도와 쓴 것을 적은 파일들: cgroup의 둘째 판, 첫째 판
_CGROUPS = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
_NO_LIMIT = 2**60  # 한도가 없으면 cgroup의 첫째 판은 아주 큰 수를 적습니다.


def free_memory() -> int | None:
    """쓸 수 있는 메모리의 바이트 수. 컨테이너의 한도도 셈합니다. 모르면 None입니다."""
    known = (system_memory(), container_memory())
    return min((size for size in known if size is not None), default=None)


def system_memory() -> int | None:
    """운영체제가 말하는 남은 메모리의 바이트 수. psutil이 없으면 None입니다."""
    # 설치가 덜 된 컴퓨터에서도 `jumok doctor`는 돌아야 합니다.
    try:
        import psutil

        return int(psutil.virtual_memory().available)
    except (ImportError, OSError, AttributeError):
        return None


def container_memory(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """컨테이너의 한도에서 이미 쓴 것을 뺀 바이트 수. 한도가 없으면 None입니다."""
    for limit, used in _CGROUPS:
        try:
            most = int((root / limit).read_text())
            now = int((root / used).read_text())
            stat = (root / limit).with_name("memory.stat").read_text()
        except (OSError, ValueError):
            continue
        if most < _NO_LIMIT:
            return max(0, most - now + _cached(stat))
    return None


def _cached(stat: str) -> int:
    """파일을 읽느라 쓴 메모리. 언제든 돌려받을 수 있으므로 쓴 것으로 세지 않습니다."""
    for line in stat.splitlines():
        name, _, size = line.partition(" ")
        if name == "inactive_file" and size.isdecimal():
            return int(size)
    return 0


def peak_memory() -> int:
    """이 프로세스가 지금까지 가장 많이 쓴 메모리의 바이트 수. 모르면 0입니다."""
    try:
        import resource
    except ImportError:
        return _windows_peak()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS는 바이트로, 리눅스는 KiB로 셉니다.
    return peak if sys.platform == "darwin" else peak * 1024


def _windows_peak() -> int:
    """resource 모듈이 없는 Windows에서는 psutil이 압니다."""
    try:
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    except (ImportError, OSError, AttributeError):
        return 0
