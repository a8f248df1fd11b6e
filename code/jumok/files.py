"""파일을 안전하게 쓰는 법. 채점기의 것을 그대로 내놓습니다."""

from jumok_grader.files import file_sha256, replacing, write_atomically

__all__ = ["file_sha256", "replacing", "write_atomically"]
