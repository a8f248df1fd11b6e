"""명령줄의 잘못: 어느 명령에서 무엇을 틀리게 적어도 한국어로 말하고 2로 끝냅니다."""

import argparse
import ast
import inspect
import re

import pytest

from jumok.cli import build_parser
from jumok.commands.argparse_korean import MESSAGES, speaking_korean
from jumok.commands.parser import Parser

LATIN = re.compile(r"[A-Za-z]+")


PARSER = build_parser()


def commands(parser=PARSER, words=()):
    """(명령줄의 앞부분, 그 parser)를 가지의 끝까지 모두 냅니다."""
    yield words, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from commands(child, (*words, name))


def positionals(parser):
    """꼭 적어야 하는 인자를 채울 글들. 가지를 고르는 인자는 뺍니다."""
    for action in parser._get_positional_actions():
        if not isinstance(action, argparse._SubParsersAction):
            needed = action.nargs in (None, "+")
            yield from ["값"] * needed


def takes_value(action):
    return action.nargs != 0 and not isinstance(action, argparse.BooleanOptionalAction)


def ambiguous(parser):
    """둘이 넘는 선택의 앞부분이 되는 글."""
    names = [name for name in parser._option_string_actions if name.startswith("--")]
    for name in names:
        for length in range(3, len(name)):
            short = name[:length]
            found = [other for other in names if other.startswith(short)]
            if len(found) > 1 and short not in names:
                yield short
                break


def wrong_lines(words, parser):
    """한 명령의 틀린 명령줄들."""
    start = [*words, *positionals(parser)]
    if parser._subparsers is not None:
        yield list(words)
        yield [*words, "없는가지"]
        return
    yield [*start, "--zzz"]
    yield [*start, "--zzz=3", "남는것"]
    if len(start) > len(words):
        yield list(words)
    for short in ambiguous(parser):
        yield [*start, short]
    for action in parser._get_optional_actions():
        if not isinstance(action, argparse._HelpAction | argparse._VersionAction):
            yield from wrong_values(start, action)


def wrong_values(start, action):
    """선택 하나를 틀리게 적은 것들."""
    name = action.option_strings[-1]
    if not takes_value(action):
        yield [*start, f"{name}=값"]
        return
    if action.nargs != "*":
        yield [*start, name]
    if action.type in (int, float):
        for text in ("abc", "", "nan", "1,5"):
            yield [*start, f"{name}={text}"]
    if action.choices:
        yield [*start, name, "없는값"]


def allowed_words():
    """영문이어도 되는 것: 선택과 가지와 고를 수 있는 값과 자리의 이름."""
    allowed = {"jumok", "help"}
    for words, parser in commands():
        allowed |= set(words)
        for action in parser._actions:
            names = [*action.option_strings, *(action.choices or ())]
            names += [str(action.metavar or ""), action.dest]
            for name in names:
                allowed |= set(LATIN.findall(name))
    return allowed


ALLOWED = allowed_words()
COMMANDS = list(commands())
NAMES = [" ".join(words) or "jumok" for words, _ in COMMANDS]


def refuse(capsys, line):
    """명령줄을 읽다가 2로 끝나는지 보고, 한 말을 돌려줍니다."""
    with pytest.raises(SystemExit) as ended:
        PARSER.parse_args(line)
    out, err = capsys.readouterr()
    assert ended.value.code == 2 and out == ""
    return err


def test_every_command_and_option_is_tried():
    lines = [line for command in COMMANDS for line in wrong_lines(*command)]
    tried = {text.partition("=")[0] for line in lines for text in line}
    for words, parser in COMMANDS:
        assert set(words) <= tried
        for action in parser._get_optional_actions():
            if not isinstance(action, argparse._HelpAction | argparse._VersionAction):
                # 몇 개든 받는 선택은 틀리게 적을 수 없습니다.
                assert action.nargs == "*" or action.option_strings[-1] in tried


@pytest.mark.parametrize(("words", "parser"), COMMANDS, ids=NAMES)
def test_every_mistake_is_answered_in_korean(words, parser, capsys):
    for line in wrong_lines(words, parser):
        said = refuse(capsys, line)
        assert said.startswith("jumok: ") and re.search("[가-힣]", said), line
        assert "Traceback" not in said and "--help" in said, line
        typed = {word for text in line for word in LATIN.findall(text)}
        left = set(LATIN.findall(said)) - ALLOWED - typed
        assert not left, f"영어가 남았습니다: {left} ← {said}"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("train gpt --steps abc", "인자 --steps: 정수를 적어 주세요. 받은 값은 'abc'"),
        ("train gpt --clip 1,5", "인자 --clip: 수를 적어 주세요. 받은 값은 '1,5'"),
        ("train gpt --steps", "인자 --steps: 값이 하나 필요합니다"),
        ("train gpt --s 5", "--s (있는 것: --steps, --smoothing, --seed)"),
        ("train gpt --fast", "모르는 인자입니다: --fast"),
        ("train cnn", "고를 수 없는 값입니다: 'cnn' (고를 수 있는 것: 'translation'"),
        ("eval --json=3", "인자 --json: 값을 받지 않는 선택입니다. 받은 값은 '3'"),
        ("data fetch", "빠진 것이 있습니다: 이름"),
        ("class grade 반 --isolation docker", "고를 수 있는 것: 'bwrap', 'none'"),
        ("class init 반 --roster a.csv --chapters", "값이 하나는 있어야 합니다"),
    ],
)
def test_the_answer_names_the_value_and_what_to_do(line, words, capsys):
    assert words in refuse(capsys, line.split())


def test_what_the_user_typed_is_never_changed(capsys):
    """옛 방법(글 바꾸기)은 사용자가 적은 글 속의 말까지 바꾸었습니다."""
    typed = "expected one argument (choose from invalid choice: argument usage:"
    assert repr(typed) in refuse(capsys, ["train", "gpt", "--steps", typed])


def asked_messages():
    """이 파이썬의 argparse가 `_`와 `ngettext`로 묻는 글들."""
    for node in ast.walk(ast.parse(inspect.getsource(argparse))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "_":
                texts = node.args[:1]
            elif node.func.id == "ngettext":
                texts = node.args[:2]
            else:
                continue
            for text in texts:
                if isinstance(text, ast.Constant):
                    yield text.value


# 명령을 만드는 사람의 잘못을 알리는 말. 명령줄을 쓰는 사람은 볼 수 없습니다.
FOR_THE_MAKER = (
    "not defined",
    "conflict",
    "cannot merge",
    "'required' is an invalid",
    "invalid option string",
    "dest= is required",
    "must be optional",
    "cannot have multiple",
    "is not callable",
    'argument "-" with mode',
)


def test_the_list_knows_every_message_of_this_python():
    asked = set(asked_messages())
    assert len(asked) > 30
    missing = {
        text
        for text in asked - MESSAGES.keys()
        if not any(part in text for part in FOR_THE_MAKER)
    }
    assert not missing


@pytest.mark.parametrize("message", MESSAGES)
def test_every_translation_keeps_its_places(message):
    """%(이름)s와 %s 자리를 빠뜨리거나 만들어 내지 않습니다.

    형의 이름만 뺄 수 있습니다.
    """
    places = re.compile(r"%(?:\((\w+)\))?[sr]")
    before = {found.group(0) for found in places.finditer(message)}
    after = {found.group(0) for found in places.finditer(MESSAGES[message])}
    assert after <= before
    assert before - after <= {"%(type)s"}


def test_other_command_lines_keep_their_own_language(capsys):
    """이 책의 명령을 만들고 읽은 뒤에도 다른 argparse는 영어로 말합니다."""
    refuse(capsys, ["train", "gpt", "--steps", "abc"])
    build_parser().format_help()
    with pytest.raises(SystemExit):
        argparse.ArgumentParser(prog="other").parse_args(["--zzz"])
    assert "unrecognized arguments: --zzz" in capsys.readouterr().err


def test_the_language_comes_back_even_after_an_error():
    before = argparse._, argparse.ngettext
    with pytest.raises(KeyError), speaking_korean():
        raise KeyError
    assert (argparse._, argparse.ngettext) == before


@pytest.mark.parametrize(("words", "parser"), COMMANDS, ids=NAMES)
def test_help_has_korean_headings_only(words, parser, capsys):
    with pytest.raises(SystemExit) as ended:
        PARSER.parse_args([*words, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0 and said.startswith("쓰는 법: ")
    for english in ("usage:", "options:", "positional arguments:", "show this"):
        assert english not in said


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [("12", int, 12), ("-3", int, -3), ("0.5", float, 0.5), ("1e-3", float, 1e-3)],
)
def test_numbers_are_read_as_before(text, kind, value):
    parser = Parser()
    parser.add_argument("--n", type=kind)
    assert parser.parse_args([f"--n={text}"]).n == value
