"""Chromium 하나를 띄워 쪽을 열고 PDF로 인쇄합니다.

브라우저의 DevTools 프로토콜만 씁니다.

명령줄의 --print-to-pdf는 수식이 다 그려질 때까지 기다리지 못하고, 차례에 쪽 번호를 채워
다시 인쇄할 수 없어서 쓰지 않습니다.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import websocket

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
)
MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
FLAGS = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
)
MISSING = (
    "PDF를 인쇄할 브라우저가 없습니다. "
    "Chrome, Edge, Chromium 가운데 하나를 설치하고 다시 부르세요.\n  Debian과 "
    "Ubuntu: apt install chromium   macOS: brew install --cask chromium\n  이미 "
    "있다면 그 파일의 자리를 환경 변수 JUMOK_CHROME에 적으세요."
)
START_SECONDS, ANSWER_SECONDS = 60, 900


class BrowserError(RuntimeError):
    """브라우저가 없거나 시킨 일을 하지 못했습니다."""


def places() -> Iterator[Path]:
    """브라우저가 흔히 있는 자리를 차례로 냅니다."""
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield from (
                folder / f"{name}.app" / "Contents" / "MacOS" / name for name in MAC
            )
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if folder := os.environ.get(variable):
            yield from (Path(folder, name) for name in WINDOWS)


def find_browser() -> Path:
    """브라우저의 실행 파일을 찾습니다. 없으면 무엇을 할지 말하는 BrowserError입니다."""
    if chosen := os.environ.get("JUMOK_CHROME"):
        if not Path(chosen).is_file():
            raise BrowserError(
                f"환경 변수 JUMOK_CHROME이 가리키는 파일이 없습니다: {chosen}"
            )
        return Path(chosen)
    found = next((place for place in places() if place.is_file()), None)
    if found is None:
        raise BrowserError(MISSING)
    return found


class Tab:
    """열린 탭 하나. DevTools에 일을 시키고 답을 기다립니다."""

    def __init__(self, address: str):
        """address는 DevTools가 알려 준 웹소켓 주소입니다."""
        self.socket = websocket.create_connection(
            address, timeout=ANSWER_SECONDS, suppress_origin=True
        )
        self.count = 0

    def call(self, method: str, **params: object) -> dict:
        """일 하나를 시키고 답을 돌려줍니다."""
        self.count += 1
        self.socket.send(
            json.dumps({"id": self.count, "method": method, "params": params})
        )
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.count:
                break
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def run(self, script: str) -> object:
        """쪽 안에서 자바스크립트를 돌리고, 끝나기를 기다려 값을 돌려줍니다."""
        done = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in done:
            detail = done["exceptionDetails"]
            raise BrowserError(
                detail.get("exception", {}).get("description") or detail["text"]
            )
        return done["result"].get("value")

    def open(self, url: str) -> None:
        """쪽을 열고 다 읽힐 때까지 기다립니다."""
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + ANSWER_SECONDS
        while (
            self.run(f"location.href === {json.dumps(url)} && document.readyState")
            != "complete"
        ):
            if time.monotonic() > deadline:
                raise BrowserError(f"쪽이 열리지 않습니다: {url}")
            time.sleep(0.2)

    def print_pdf(self, target: Path, tagged: bool = True) -> None:
        """열린 쪽을 PDF로 인쇄합니다. tagged이면 태그와 책갈피를 답니다."""
        made = self.call(
            "Page.printToPDF",
            printBackground=True,
            preferCSSPageSize=True,
            generateTaggedPDF=tagged,
            generateDocumentOutline=tagged,
            transferMode="ReturnAsStream",
        )
        with target.open("wb") as file:
            while True:
                part = self.call("IO.read", handle=made["stream"], size=1 << 20)
                file.write(base64.b64decode(part["data"]))
                if part["eof"]:
                    break
        self.call("IO.close", handle=made["stream"])


@contextmanager
def open_tab(folder: Path) -> Iterator[Tab]:
    """브라우저를 띄워 탭 하나를 엽니다. folder에 임시 설정을 두고, 끝나면 지웁니다."""
    binary = find_browser()
    # 컨테이너와 root에서는 가둘 수 없습니다
    sandbox = ["--no-sandbox"] if sys.platform == "linux" else []
    with tempfile.TemporaryDirectory(
        dir=folder, prefix="chrome-", ignore_cleanup_errors=True
    ) as profile:
        command = [
            str(binary),
            *FLAGS,
            *sandbox,
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            tab = Tab(_address(process, Path(profile, "DevToolsActivePort"), binary))
            with closing(tab.socket):
                yield tab
        finally:
            process.terminate()
            process.wait(timeout=30)


def _address(process: subprocess.Popen, note: Path, binary: Path) -> str:
    """브라우저가 적어 둔 포트를 읽어 첫 탭의 웹소켓 주소를 얻습니다."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        lines = note.read_text(encoding="utf-8").splitlines() if note.is_file() else []
        if len(lines) >= 2:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(
                f"http://127.0.0.1:{lines[0]}/json/list", timeout=START_SECONDS
            ) as answer:
                tabs = [tab for tab in json.load(answer) if tab["type"] == "page"]
            if tabs:
                return tabs[0]["webSocketDebuggerUrl"]
        time.sleep(0.1)
    raise BrowserError(f"브라우저가 뜨지 않았습니다: {binary}")
