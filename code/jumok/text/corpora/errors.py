"""자료를 다루다 생기는 잘못."""


class CorpusError(Exception):
    """자료를 받거나 읽지 못했습니다. 글에 까닭과 할 일이 들어 있습니다."""
