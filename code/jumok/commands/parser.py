"""오류와 도움말을 한국어로 말하는 argparse."""

from __future__ import annotations

import argparse


class Parser(argparse.ArgumentParser):
    """오류와 도움말을 한국어로 말하는 parser. `add_parser`가 만드는 가지도 이 parser입니다."""

    def error(self, message: str) -> None:
        """까닭을 한국어로 말하고 2로 끝냅니다."""
        words = {
            "the following arguments are required:": "빠진 것이 있습니다:",
            "unrecognized arguments:": "모르는 인자입니다:",
            "invalid choice:": "고를 수 없는 값입니다:",
            "expected one argument": "값이 하나 필요합니다",
            "(choose from": "(고를 수 있는 것:",
            "argument ": "인자 ",
        }
        for english, korean in words.items():
            message = message.replace(english, korean)
        self.exit(2, f"jumok: {message}\n  쓰는 법은 {self.prog} --help 로 보세요.\n")

    def format_help(self) -> str:
        """제목들을 한국어로 바꾼 도움말."""
        text = super().format_help()
        for english, korean in (
            ("usage:", "쓰는 법:"),
            ("positional arguments:", "인자:"),
            ("options:", "선택:"),
        ):
            text = text.replace(english, korean)
        return text.rstrip("\n") + "\n"

    def format_usage(self) -> str:
        """제목을 한국어로 바꾼 쓰는 법."""
        return super().format_usage().replace("usage:", "쓰는 법:")


def add_command(
    commands: argparse._SubParsersAction, name: str, help: str, **options: object
) -> Parser:
    """이름과 한 줄 설명으로 가지 하나를 더합니다. 도움말(-h)도 한국어로 붙습니다."""
    return with_help(
        commands.add_parser(
            name, help=help, description=help, add_help=False, **options
        )
    )


def with_help(parser: Parser) -> Parser:
    """`add_help=False`로 만든 parser에 한국어 도움말 선택을 붙입니다."""
    parser.add_argument(
        "-h", "--help", action="help", help="이 도움말을 보여 주고 끝냅니다"
    )
    return parser
