"""받을 파일 하나: 공식 주소와, 받은 것이 맞는지 보는 해시."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...files import file_sha256
from .archive import read_members

GITHUB = "https://codeload.github.com"
RAW = "https://raw.githubusercontent.com"


@dataclass(frozen=True)
class Source:
    """공식 주소 하나와 그 해시.

    check는 sha256(파일), git_blob(git이 매긴 번호), content(압축을 푼 내용. GitHub가
    그때그때 만드는 tar.gz는 바이트가 늘 같지 않습니다) 가운데 하나입니다. members는
    읽을 파일의 이름(정규식)입니다.
    """

    url: str
    check: str
    digest: str
    members: str = ""
    optional: bool = False

    @property
    def path(self) -> str:
        """거울과 캐시 안의 자리: HOST/PATH."""
        return self.url.partition("://")[2]

    def measure(self, path: Path) -> str:
        """파일의 해시를 이 자료의 방식으로 잽니다. 깨진 압축 파일이면 CorpusError."""
        if self.check == "content":
            return content_hash(read_members(path, self.members))
        if self.check == "sha256":
            return file_sha256(path)
        data = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def content_hash(members: Iterable[tuple[str, bytes]]) -> str:
    """(이름, 내용)들의 해시.

    이름의 차례로 늘어놓으므로 압축한 차례와 시각에 달려 있지 않습니다.
    """
    lines = sorted(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in members
    )
    return hashlib.sha256(
        "".join(sorted(lines, key=lambda line: line[66:])).encode()
    ).hexdigest()
