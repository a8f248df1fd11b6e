"""파일을 안전하게 쓰는 법. 채점기의 것을 그대로 씁니다: 다 쓴 다음에 이름을 붙이고, 해시로 확인합니다."""

from jumok_grader.files import file_sha256, replacing, write_atomically

__all__ = ["file_sha256", "replacing", "write_atomically"]
