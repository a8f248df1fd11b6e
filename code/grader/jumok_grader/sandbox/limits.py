"""일꾼이 쓸 수 있는 양.

한계는 일꾼이 학생의 코드를 읽기 전에 스스로에게 걸고, 다시 늘릴 수 없습니다.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class ResourceLimits:
    """일꾼이 쓸 수 있는 양. data와 memory는 바이트이고, 0은 막지 않는다는 뜻입니다.

    data, cpu(초), file, open_files는 프로세스 하나의 한계이고, memory, processes,
    scratch(임시 폴더의 바이트), scratch_files는 일꾼과 그 자식 모두의 한계입니다.
    """

    data: int = 6 * 2**30
    cpu: int = 0
    file: int = 0
    open_files: int = 0
    processes: int = 0
    memory: int = 0
    scratch: int = 0
    scratch_files: int = 0

    def to_json(self) -> str:
        """일꾼의 명령줄에 적을 글."""
        return json.dumps(asdict(self))


CLASS_LIMITS = ResourceLimits(
    data=3 * 2**30,
    cpu=150,
    file=64 * 2**20,
    open_files=128,
    processes=48,
    memory=4 * 2**30,
    scratch=128 * 2**20,
    scratch_files=5_000,
)


def apply_limits(text: str) -> None:
    """to_json()의 글에 적힌 대로 이 프로세스를 묶습니다.

    Windows에는 없는 기능이라 그냥 돌아옵니다.
    """
    try:
        import resource
    except ImportError:
        return
    limits = ResourceLimits(**json.loads(text))
    wanted = {
        resource.RLIMIT_DATA: limits.data,
        resource.RLIMIT_CPU: limits.cpu,
        resource.RLIMIT_FSIZE: limits.file,
        resource.RLIMIT_NOFILE: limits.open_files,
        getattr(resource, "RLIMIT_NPROC", -1): limits.processes,
    }
    # core 파일은 언제나 만들지 않습니다. 0인 한계는 막지 않는다는 뜻입니다.
    for kind, size in [*wanted.items(), (resource.RLIMIT_CORE, 0)]:
        if kind != resource.RLIMIT_CORE and (kind < 0 or not size):
            continue
        try:
            # 이미 더 낮은 한계가 걸려 있으면 올리지 못합니다.
            hard = resource.getrlimit(kind)[1]
            limit = size if hard == resource.RLIM_INFINITY else min(size, hard)
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):
            continue
