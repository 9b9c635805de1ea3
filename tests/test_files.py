"""Tables that are believed only if they are what was written."""

import pandas as pd
import pytest

from gmn.errors import UserError
from gmn.files import read_sealed_table, read_table, replace_folder, write_sealed_table, write_table

TABLE = pd.DataFrame({"iteration": [4, 8, 12], "train": [1.5, 2.25, 3.125]})


@pytest.fixture
def sealed(tmp_path):
    write_sealed_table(tmp_path / "0.csv", TABLE)
    return tmp_path / "0.csv"


def read(path):
    return read_sealed_table(path, "make it again", ("iteration", "train"))


def test_a_sealed_table_comes_back(sealed):
    pd.testing.assert_frame_equal(read(sealed), TABLE)
    assert pd.read_csv(sealed).drop(columns="sha256").equals(TABLE)  # for others it is CSV with a column more


@pytest.mark.parametrize("change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n")])
def test_what_an_editor_or_git_changes_is_no_matter(sealed, change):
    sealed.write_bytes(change(sealed.read_bytes()))
    pd.testing.assert_frame_equal(read(sealed), TABLE)


ALTERED = {
    "a value": lambda b: b.replace(b"2.25", b"2.26"),
    "a name": lambda b: b.replace(b"iteration", b"iterations"),
    "a row less": lambda b: b.replace(b"8,2.25,\n", b""),
    "the last row less": lambda b: b[: b.index(b"12,")],
    "rows swapped": lambda b: b.replace(b"4,1.5,\n8,2.25,\n", b"8,2.25,\n4,1.5,\n"),
    "a digit of the digest": lambda b: b[:-2] + (b"0" if b[-2:-1] != b"0" else b"1") + b"\n",
    "without its digest": lambda b: b"iteration,train\n4,1.5\n",
    "empty": lambda b: b"",
    "binary": lambda b: bytes(range(256)),
}


@pytest.mark.parametrize("change", ALTERED.values(), ids=ALTERED)
def test_an_altered_table_is_found(sealed, change):
    sealed.write_bytes(change(sealed.read_bytes()))
    with pytest.raises(UserError, match="0.csv: .*; make it again"):
        read(sealed)


def test_a_table_without_rows_where_it_may_be(tmp_path):
    write_table(tmp_path / "t.csv", TABLE[:0])
    assert read_table(tmp_path / "t.csv", "", ("train",), empty=True).empty
    with pytest.raises(UserError, match="t.csv: damaged"):
        read_table(tmp_path / "t.csv", "", ("train",))


@pytest.mark.parametrize("link", [True, False])
def test_a_folder_goes_where_its_link_points(tmp_path, link):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/old").write_text("")
    (tmp_path / "new").mkdir()
    (tmp_path / "new/file").write_text("new")
    place = tmp_path / "link" if link else tmp_path / "real"
    if link:
        place.symlink_to(tmp_path / "real")
    replace_folder(tmp_path / "new", place)
    assert [path.name for path in (tmp_path / "real").iterdir()] == ["file"]
    assert place.is_symlink() == link and not (tmp_path / "new").exists()
