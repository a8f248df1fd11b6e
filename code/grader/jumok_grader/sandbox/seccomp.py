"""일꾼이 부를 수 없는 시스템 콜의 목록을 bubblewrap이 읽는 BPF 프로그램으로 만듭니다.

막는 까닭은 둘입니다. 크기를 잴 수 없는 메모리(memfd, SysV 공유 메모리)로 컴퓨터를
채우는 것과, 이름공간이 가리지 못하는 통로(vsock, io_uring, keyctl)로 바깥과 말하는
것입니다.
"""

from __future__ import annotations

import errno
import platform
import struct

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16  # struct seccomp_data 안의 자리
_X32 = 0x40000000
# AF_UNIX, AF_INET, AF_INET6: 빈 네트워크 이름공간 안에서만 통합니다.
_FAMILIES = (1, 2, 10)
_SAME = {
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432,
    "fspick": 433, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "pidfd_getfd": 438, "mount_setattr": 442,
    "memfd_secret": 447,
}  # fmt: skip
_X86_64 = {
    "shmget": 29, "shmat": 30, "shmctl": 31, "semget": 64, "msgget": 68, "ptrace": 101,
    "pivot_root": 155, "acct": 163, "mount": 165, "umount2": 166, "swapon": 167,
    "init_module": 175, "delete_module": 176, "mq_open": 240, "kexec_load": 246,
    "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
    "perf_event_open": 298, "name_to_handle_at": 303, "open_by_handle_at": 304,
    "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
    "finit_module": 313, "memfd_create": 319, "bpf": 321, "userfaultfd": 323,
}  # fmt: skip
_AARCH64 = {
    "umount2": 39, "mount": 40, "pivot_root": 41, "acct": 89, "unshare": 97,
    "kexec_load": 104, "init_module": 105, "delete_module": 106, "ptrace": 117,
    "mq_open": 180, "msgget": 186, "semget": 190, "shmget": 194, "shmctl": 195,
    "shmat": 196, "add_key": 217, "request_key": 218, "keyctl": 219, "swapon": 224,
    "perf_event_open": 241, "name_to_handle_at": 264, "open_by_handle_at": 265,
    "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271,
    "finit_module": 273, "memfd_create": 279, "bpf": 280, "userfaultfd": 282,
}  # fmt: skip
_MACHINES = {
    "x86_64": (0xC000003E, _X86_64, 41),
    "aarch64": (0xC00000B7, _AARCH64, 198),
}


def supported() -> bool:
    """이 기계의 시스템 콜 번호를 아는지."""
    return platform.machine() in _MACHINES


def program() -> bytes:
    """막을 시스템 콜을 EPERM으로 돌려보내는 BPF 프로그램. 모르는 기계이면 KeyError."""
    arch, numbers, socket = _MACHINES[platform.machine()]
    banned = sorted({*numbers.values(), *_SAME.values()})
    families = [
        _step(_EQUAL, family, 2 + len(_FAMILIES) - i, 0)
        for i, family in enumerate(_FAMILIES, 1)
    ]
    # 아래 목록에서 x32를 보는 칸의 다음부터 EPERM까지의 거리입니다.
    refuse = len(banned) + 3 + len(families)
    # 다른 기계나 x32의 번호로 부르면 아래의 번호가 뜻을 잃으므로 먼저 막습니다.
    steps = [
        _step(_LOAD, _ARCH),
        _step(_EQUAL, arch, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, refuse, 0),
    ]
    steps += [
        _step(_EQUAL, number, refuse - 1 - i, 0) for i, number in enumerate(banned)
    ]
    # socket은 첫 인자(주소의 갈래)를 보고, 나머지는 모두 허락합니다.
    steps += [
        _step(_EQUAL, socket, 0, len(families) + 3),
        _step(_LOAD, _FIRST_ARGUMENT),
        *families,
        _step(_RETURN, _ERRNO | errno.EAFNOSUPPORT),
        _step(_RETURN, _ERRNO | errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(steps)


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
