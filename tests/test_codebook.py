"""The codebook's file: its examples, its identity, and what is refused."""

import contextlib
import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cxzy_study.coding.codebook import load_codebook, read_codebook
from cxzy_study.coding.evidence import check_examples
from cxzy_study.tables import THEMES, InvalidInput

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "data" / "codebook" / "v1.yaml"
BOTH = {"en": "Demo", "zh": "示例"}
RULE = {"id": "pledging.word", "match": "承诺", "hits": ["公开承诺。"], "misses": ["决心很大。"]}
THEME = {"id": "pledging", "label": BOTH, "definition": BOTH, "include": BOTH, "exclude": BOTH, "rules": [RULE]}
BOOK = {"version": "1", "title": BOTH, "licence": "CC BY 4.0", "themes": [THEME]}


@pytest.fixture(scope="module")
def v1():
    return load_codebook(FILE)


def test_version_1_has_the_themes_of_the_study_in_their_order(v1):
    assert v1.version == "1"
    assert v1.theme_ids == THEMES


def test_every_rule_of_version_1_keeps_its_examples(v1):
    report = check_examples(v1)
    assert report.loc[~report["passed"], ["rule", "expected", "text", "found"]].to_numpy().tolist() == []
    assert set(report["rule"]) == {rule.id for _, rule in v1.rules}
    assert report.groupby("rule")["expected"].nunique().eq(2).all()


def test_examples_that_do_not_hold_are_reported():
    book = copy.deepcopy(BOOK)
    book["themes"][0]["rules"][0] |= {"hits": ["决心很大。"], "misses": ["公开承诺。"]}
    report = check_examples(read_codebook(book))
    assert report[["expected", "found", "passed"]].to_numpy().tolist() == [["hit", "", False], ["miss", "承诺", False]]


def test_the_hash_follows_content_and_not_layout(tmp_path, v1):
    content = yaml.safe_load(FILE.read_text("utf-8"))
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=True, width=40), "utf-8")
    assert load_codebook(other) == v1
    assert hash(load_codebook(other)) == hash(v1)
    content["themes"][0]["definition"]["en"] += "!"
    assert read_codebook(content).sha != v1.sha
    assert v1.label == f"codebook 1 ({v1.sha[:8]})"


def test_the_skeleton_in_the_guide_is_a_codebook_that_keeps_its_examples(tmp_path):
    guide = (FILE.parent / "README.md").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(guide.split("```yaml\n")[1].split("```")[0], "utf-8")
    assert check_examples(load_codebook(tmp_path / "mine.yaml"))["passed"].all()


def test_order_of_themes_is_content():
    second = THEME | {"id": "service", "rules": [RULE | {"id": "service.word"}]}
    one, two = read_codebook(BOOK | {"themes": [THEME, second]}), read_codebook(BOOK | {"themes": [second, THEME]})
    assert one != two


def changed(path, value):
    book = copy.deepcopy(BOOK)
    *parents, last = path
    part = book
    for key in parents:
        part = part[key]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return book


FIRST = ("themes", 0, "rules", 0)


@pytest.mark.parametrize(
    ("path", "value", "culprit"),
    [
        (("version",), None, "version is missing"),
        (("version",), 1.0, "version in codebook: it must be text"),
        (("colour",), "red", "'colour' in codebook"),
        (("overlap",), "shortest", "alternatives, codebook"),
        (("themes",), [], "themes"),
        (("themes",), "pledging", "themes in codebook: it must be a list"),
        (("themes", 0), "pledging", "a theme: it must be a mapping"),
        (("themes", 0, "id"), "Pledging", "'Pledging'"),
        (("themes", 0, "id"), "none", "not none"),
        (("themes", 0, "label"), {"en": "Demo"}, "theme pledging, label: the field zh is missing"),
        (("themes", 0, "rules"), [], "theme pledging"),
        ((*FIRST, "id"), "service.word", "must be pledging. and"),
        ((*FIRST, "match"), "承诺 ..", "rule pledging.word"),
        ((*FIRST, "match"), ["承诺", 5], "rule pledging.word"),
        ((*FIRST, "match"), "@nobody", "no such list"),
        ((*FIRST, "hits"), [], "hits in codebook, rule pledging.word"),
        ((*FIRST, "misses"), None, "field misses is missing"),
        ((*FIRST, "hits"), [{"text": "承诺"}], "heading is missing"),
        ((*FIRST, "zones"), ["body"], "text, quote, name, title"),
        ((*FIRST, "negation"), "maybe", "refuse, count"),
        ((*FIRST, "words"), "yes", "true or false"),
        ((*FIRST, "weight"), 3, "'weight'"),
        (("themes",), [THEME, THEME], "each may be given once. pledging"),
        (("names",), ["松岭 "], "names"),
        (("names",), [True], "yes and no in quotes"),
        (("lists",), {"a": ["@b"], "b": ["村民"]}, "no such list stands before it"),
        (("lists",), {"A": ["村民"]}, "'A'"),
        (("negation",), {"reach": 99}, "from 0 to 40"),
        (("doctrine",), "重要 ..", "codebook, doctrine"),
        (("doctrine",), [], "doctrine"),
        (("negation",), {"behind": ["没有"]}, "'behind'"),
    ],
)
def test_what_is_refused_is_named(path, value, culprit):
    with pytest.raises(InvalidInput) as error:
        read_codebook(changed(path, value))
    assert culprit in str(error.value)
    assert str(error.value).startswith("Invalid ")


def test_reading_leaves_its_input_alone():
    book = copy.deepcopy(BOOK)
    read_codebook(book)
    assert book == BOOK


@pytest.mark.parametrize(
    ("content", "culprit"),
    [
        (b"version: '1'\nversion: '2'\n", "line 2: a field is given twice. version"),
        (b"a: &x [1]\nb: *x\n", "line 2: aliases"),
        (b"a: [1\n", "must be YAML"),
        (b"\xff\xfe", "must be UTF-8"),
        (b"- 1\n", "must be a mapping"),
        (b"", "must be a mapping"),
        (b"a: !!python/object/apply:os.getcwd []\n", "must be YAML"),
        (b"[" * 5000, "must be YAML"),
    ],
)
def test_files_that_are_no_codebook(tmp_path, content, culprit):
    path = tmp_path / "book.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as error:
        load_codebook(path)
    assert culprit in str(error.value)


def test_a_missing_and_an_enormous_file(tmp_path):
    with pytest.raises(InvalidInput, match=r"nowhere\.yaml"):
        load_codebook(tmp_path / "nowhere.yaml")
    (tmp_path / "big.yaml").write_bytes(b"#" * 2_000_001)
    with pytest.raises(InvalidInput, match="2000001"):
        load_codebook(tmp_path / "big.yaml")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda x: st.one_of(st.lists(x, max_size=3), st.dictionaries(st.sampled_from(["id", "match", "rules", "zh"]), x)),
    max_leaves=8,
)


@given(st.sampled_from(["version", "title", "themes", "lists", "names", "negation", "overlap"]), JSON)
def test_whatever_stands_in_a_field_is_read_or_refused_in_words(key, value):
    with contextlib.suppress(InvalidInput):  # any other error fails the test
        read_codebook(BOOK | {key: value})
