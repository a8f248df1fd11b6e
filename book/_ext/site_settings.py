"""책을 내놓은 곳(book/site.yml)을 읽고, 그로부터 저장소와 Colab의 주소를 만듭니다."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import quote, urlencode

import yaml

SETTINGS = Path(__file__).parent.parent / "site.yml"
COLAB_BRANCH = "colab"  # book/tools/make_colab.py가 만든 노트북을 올리는 가지
REPOSITORY = re.compile(r"https://github\.com/([A-Za-z0-9-]+/[A-Za-z0-9._-]+)")
BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?/(\S*/)?")


@dataclass(frozen=True)
class Site:
    """책을 내놓은 곳. 빈 글은 아직 정하지 않았다는 뜻입니다."""

    repository: str = ""
    branch: str = "main"
    address: str = ""

    def file(self, path: str, how: str = "blob") -> str:
        """저장소에 있는 파일을 보거나(blob) 그대로 받거나(raw) 고치는(edit) 주소."""
        return f"{self.repository}/{how}/{quote(self.branch)}/{quote(path)}"

    def colab(self, path: str) -> str:
        """노트북을 Colab에서 여는 주소. Colab용 사본은 따로 만든 가지에 있습니다."""
        name = REPOSITORY.fullmatch(self.repository)[1]
        return f"https://colab.research.google.com/github/{name}/blob/{COLAB_BRANCH}/{quote(path)}"

    def issue(self, page: str, version: str) -> str:
        """그 쪽의 고칠 곳을 알리는 주소."""
        body = f"쪽: {page}\n판: {version}\n\n무엇이 어떻게 다른가요?\n"
        query = urlencode({"title": f"[{page}] ", "body": body}, quote_via=quote)
        return f"{self.repository}/issues/new?{query}"

    def archive(self) -> str:
        """저장소 전체를 ZIP으로 받는 주소."""
        return f"{self.repository}/archive/refs/heads/{quote(self.branch)}.zip"


def load_site(path: Path = SETTINGS) -> Site:
    """site.yml을 읽습니다. 모르는 이름이나 잘못된 주소가 있으면 ValueError입니다."""
    given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    known = [field.name for field in fields(Site)]
    if unknown := sorted(set(given) - set(known)):
        raise ValueError(
            f"{path.name}에 모르는 이름이 있습니다: {', '.join(unknown)} (쓸 수 "
            f"있는 것: {', '.join(known)})"
        )
    site = Site(**{name: str(value or "").strip() for name, value in given.items()})
    site = Site(
        site.repository.rstrip("/").removesuffix(".git"), site.branch, site.address
    )
    if site.address and not site.address.endswith("/"):
        site = Site(site.repository, site.branch, site.address + "/")
    for name, pattern, example in (
        ("repository", REPOSITORY, "https://github.com/이름/저장소"),
        ("branch", BRANCH, "main"),
        ("address", ADDRESS, "https://이름.github.io/저장소/"),
    ):
        value = getattr(site, name)
        if not pattern.fullmatch(value) and (value or name == "branch"):
            raise ValueError(
                f"{path.name}의 {name}이 주소의 꼴이 아닙니다: {value!r} (예: "
                f"{example})"
            )
    return site
