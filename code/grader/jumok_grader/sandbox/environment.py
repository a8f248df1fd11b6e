"""독자의 일꾼에게 넘겨주는 환경 변수. 토큰이나 비밀번호는 넘기지 않습니다."""

from __future__ import annotations

import os

_PERSON = ("HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "TEMP", "TMP")
_LIBRARIES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
_WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "PROGRAMDATA")
_WINDOWS_PERSON = ("USERPROFILE", "APPDATA", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS")
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_CACHES = ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HF_HOME", "TORCH_HOME")
_KEEP = frozenset(
    (*_PERSON, *_LIBRARIES, *_WINDOWS, *_WINDOWS_PERSON, *_THREADS, *_CACHES)
)


def own_environment() -> dict[str, str]:
    """지금 환경 변수 가운데 일꾼에게 넘겨도 되는 것들."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _KEEP or name.startswith("LC_")
    }
