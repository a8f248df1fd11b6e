"""없으면 건너뛰는 도구. .ci/run에서는 건너뛰지 못하게 합니다."""

import os

import pytest


def unavailable(reason: str, variable: str):
    """시험을 건너뜁니다.

    환경 변수 variable이 1이면 실패로 칩니다(.ci/run이 도구를 설치하고 그렇게 둡니다).
    """
    if os.environ.get(variable) == "1":
        pytest.fail(reason)
    pytest.skip(reason)
