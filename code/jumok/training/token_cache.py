"""잘라 둔 글: 토큰의 표를 실행 폴더에 두고, 이어 갈 때는 파일을 열기만 합니다."""

from collections.abc import Sequence
from pathlib import Path

from jumok.text import LibraryBpe, TokenTable, with_eos

from .distributed import World


def token_table(
    tokenizer: LibraryBpe, texts: Sequence[str], path: Path, world: World
) -> TokenTable:
    """글마다 끝에 <eos>를 붙인 토큰의 표. path에 없으면 첫 프로세스가 만듭니다.

    표는 파일에 이어진 것이라 메모리를 거의 쓰지 않습니다. 이름은 자료를 가려야 합니다.
    오류: 글의 수가 다른 표이면 ValueError.
    """
    if world.is_first and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        TokenTable.write(path, with_eos(map(tokenizer.encode, texts)))
    world.wait()
    table = TokenTable.open(path)
    if len(table) != len(texts):
        raise ValueError(
            f"{path.name}은(는) 다른 자료를 자른 것입니다(글 {len(table)}편, "
            f"자료는 {len(texts)}편). 지우고 다시 시작하세요."
        )
    return table
