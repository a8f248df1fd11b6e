"""메모리 할당기: 다 쓴 메모리를 운영체제에 돌려주지 않고 다음 걸음에 다시 씁니다.

학습의 걸음마다 수십 MB의 활성값이 생겼다가 사라집니다. 리눅스의 glibc는 큰 덩어리를 곧바로 운영체제에
돌려주고 다음 걸음에 다시 얻습니다. 그때마다 쪽 하나하나를 0으로 채우므로 느립니다. GPU에서는 torch가 이미
이렇게 합니다.
"""

import ctypes
import os
import platform

import torch

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h의 M_TRIM_THRESHOLD와 M_MMAP_THRESHOLD
_LARGE = 2**31 - 1
VARIABLES = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")


def keep_memory(device: torch.device) -> bool:
    """CPU에서 배울 때 이 프로세스가 얻은 메모리를 쥐고 있게 합니다. 그렇게 했으면 True.

    glibc가 아니거나, GPU에서 배우거나, VARIABLES를 사용자가 스스로 정했으면 아무 일도 하지 않습니다.
    가장 많이 쓰는 메모리는 거의 그대로이고, 끝날 때까지 줄지 않을 뿐입니다.
    """
    if device.type != "cpu" or platform.libc_ver()[0] != "glibc" or any(map(os.environ.get, VARIABLES)):
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all(mallopt(option, _LARGE) for option in (_TRIM_THRESHOLD, _MMAP_THRESHOLD))
