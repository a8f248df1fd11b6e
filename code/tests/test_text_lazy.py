"""게으른 꾸러미: 이름은 그대로 있고, 쓰지 않는 모듈은 불러오지 않습니다."""

import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest

PACKAGES = ["jumok.text", "jumok.text.corpora", "jumok.text.grammar"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_found_and_shown(package):
    module = import_module(package)
    assert module.__all__ == sorted(module.__all__)
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        value = getattr(module, name)
        assert value is vars(module)[name], "두 번째부터는 묻지 않습니다"
        assert not inspect.ismodule(value)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_public_name_is_hidden_by_a_module_of_the_same_name(package):
    """모듈을 불러오면 꾸러미의 같은 이름이 모듈로 바뀝니다."""
    module = import_module(package)
    modules = {info.name for info in pkgutil.iter_modules(module.__path__)}
    assert not modules & set(module.__all__)


def test_an_unknown_name_is_an_attribute_error():
    text = import_module("jumok.text")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        text.nothing  # noqa: B018 - 묻는 것만으로 오류가 나야 합니다


@pytest.mark.parametrize(
    ("statement", "needless"),
    [
        ("import jumok.text", "jumok.text."),
        ("from jumok.text import PAD_ID", "jumok.text.tokenizer"),
        ("from jumok.text import LibraryBpe", "jumok.text.grammar"),
        ("from jumok.text.corpora import CorpusError", "jumok.text.corpora.download"),
        ("from jumok.text import CORPORA", "tokenizers"),
    ],
)
def test_only_what_is_used_is_loaded(statement, needless):
    script = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not [name for name in loaded if name.startswith(needless)]
