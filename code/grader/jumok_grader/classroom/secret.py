"""학급의 비밀: 숨은 검사의 난수를 정합니다.

만든 사람만 읽을 수 있는 파일에 두고, 결과에는 적지 않습니다.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ..submission import secret_seed
from .reasons import BadClass

FILE = "secret.key"
_BYTES = 32


def read_secret(folder: Path) -> bytes:
    """학급 폴더의 비밀.

    없으면 만듭니다. 함께 만드는 이가 있어도 비밀은 하나만 남습니다.
    """
    path = folder / FILE
    if not path.exists():
        _make(path)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise BadClass(
            f"학급의 비밀을 읽지 못했습니다: {path} ({error})\n  지우면 새로 만듭니다."
        ) from None
    if len(secret) < _BYTES:
        raise BadClass(f"학급의 비밀이 너무 짧습니다: {path}\n  지우면 새로 만듭니다.")
    return secret


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(_BYTES) + "\n")
        try:
            # 다 쓴 파일에 이름을 붙이므로, 두 사람이 함께 만들어도 반만 쓴 비밀은
            # 없습니다.
            os.link(draft, path)
        except FileExistsError:
            pass  # 남이 먼저 만들었으면 그것을 씁니다.
        except OSError:  # 링크가 없는 파일 시스템
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def seed_of(secret: bytes, sha256: str, chapter: str) -> int:
    """제출물(내용의 해시)과 장마다의 씨앗.

    다시 채점해도 같고, 비밀을 모르면 짐작할 수 없습니다.
    """
    return secret_seed(secret, sha256, chapter)
