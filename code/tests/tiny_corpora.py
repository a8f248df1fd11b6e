"""자료 시험이 함께 쓰는 것: 말 안 듣는 서버, 작은 묶음, 작은 자료."""

import hashlib
import io
import tarfile
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from jumok.text.corpora.definition import Corpus
from jumok.text.corpora.dialogues import build_chatbot
from jumok.text.corpora.report import Splits
from jumok.text.corpora.sources import Source, content_hash

HOST = "data.example"
CSV = (
    "Q,A,label\n안녕?,반가워요.,0\n뭐 해?,책을 읽어요.,0\n"
    "헤어졌어,힘내요.,1\n좋아해,네!,2   \n"
).encode()
CHAT_PATH = f"{HOST}/chat/ChatbotData.csv"


def csv_source(data=CSV):
    return Source(f"https://{CHAT_PATH}", "sha256", hashlib.sha256(data).hexdigest())


def tiny_corpus(**changes):
    """CSV 하나로 된 작은 자료."""
    fields = {
        "name": "tiny",
        "title": "작은 자료",
        "kind": "dialogues",
        "licence": "CC0",
        "citation": "시험 (2026)",
        "sources": (csv_source(),),
        "build": build_chatbot,
        "splits": ("all",),
    }
    return Corpus(**fields | changes)


def rows_corpus(name, kind, splits):
    """나뉨마다 줄(칸들)을 적어 준 자료와, 거울에 둘 (자리, 내용).

    꼴이 무엇이든 됩니다.
    """
    lines = ("\t".join((split, *row)) for split, rows in splits.items() for row in rows)
    data = "\n".join(lines).encode()
    path = f"{HOST}/{name}.tsv"
    source = Source(f"https://{path}", "sha256", hashlib.sha256(data).hexdigest())
    corpus = tiny_corpus(
        name=name,
        kind=kind,
        sources=(source,),
        build=build_rows,
        splits=tuple(splits),
    )
    return corpus, (path, data)


def build_rows(sources, folder, report):
    ((_, path),) = sources
    with Splits(folder, ".tsv") as splits:
        for line in path.read_text("utf8").split("\n"):
            splits.write(*line.split("\t"))
    return splits


def tarball(members):
    """{이름: 내용이나 TarInfo}로 tar.gz를 만듭니다. 맨 위에 폴더 하나가 있습니다."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in members.items():
            if isinstance(data, tarfile.TarInfo):
                tar.addfile(data)
                continue
            info = tarfile.TarInfo(
                name if name.startswith(("/", "..")) else f"top/{name}"
            )
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tar_source(path, files, wanted=".*"):
    return Source(
        f"https://{HOST}/{path}", "content", content_hash(files.items()), wanted
    )


def put(folder, path, data):
    """거울 폴더에 파일을 둡니다."""
    target = Path(folder) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def remains(cache):
    """캐시에 남은 파일의 이름들. 자물쇠는 빼고."""
    files = (path for path in Path(cache).rglob("*") if path.is_file())
    return sorted(
        path.relative_to(cache).as_posix() for path in files if path.name != ".lock"
    )


class Server:
    """/HOST/PATH에 files를 내주는 서버. 고장을 흉내 냅니다."""

    def __init__(self, files):
        self.files = files
        self.ranges = True  # Range를 알아듣는지
        self.status = 200  # 200이 아니면 늘 이 번호로 답합니다
        self.cut = None  # 본문을 이만큼만 보내고 끊습니다
        self.chunked = False  # 길이를 알리지 않는지
        self.pause = 0.0  # 본문을 보내기 전에 쉬는 시간
        self.requests = []  # (경로, Range)

    def answer(self, handler):
        self.requests.append((handler.path.lstrip("/"), handler.headers.get("Range")))
        data = self.files.get(handler.path.lstrip("/"))
        if self.status != 200 or data is None:
            handler.send_error(self.status if self.status != 200 else 404)
            return
        start = 0
        if self.ranges and handler.headers.get("Range"):
            start = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                handler.send_error(416)
                return
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header(
                "Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}"
            )
        self.send_body(handler, data[start:])

    def send_body(self, handler, body):
        sent = body if self.cut is None else body[: self.cut]
        if self.chunked:
            handler.send_header("Transfer-Encoding", "chunked")
            sent = b"%x\r\n%s\r\n" % (len(sent), sent) + (
                b"0\r\n\r\n" if self.cut is None else b""
            )
        else:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(sent[:1])
        handler.wfile.flush()
        time.sleep(self.pause)
        handler.wfile.write(sent[1:])
        handler.close_connection = True


@contextmanager
def serving(files):
    """서버를 띄우고 (서버, 주소)를 줍니다."""
    server = Server(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            server.answer(self)

        def log_message(self, *_):
            """시험의 출력을 어지럽히지 않습니다."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{http.server_port}"
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
