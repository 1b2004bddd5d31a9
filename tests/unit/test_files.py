"""Files that the product writes, attacked: full disks, kills, links, files of others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from policyserve.errors import PolicyserveError
from policyserve.files import REJECTS, check_target, replacing, write

HEADER = b"customer_no,name\n"


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write(tmp_path / "a.csv", HEADER)
    finally:
        os.umask(before)
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o600


def test_what_the_product_wrote_is_written_again(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", HEADER + b"C1,One\n")
    write(tmp_path / "a.csv", HEADER + b"C2,Two\n")
    assert (tmp_path / "a.csv").read_bytes() == HEADER + b"C2,Two\n"
    assert left_in(tmp_path) == ["a.csv"]


STRANGERS = {
    "a database": b"SQLite format 3\x00" + bytes(80),
    "settings": b"[messages]\nlanguage = 'zh'\n",
    "another list": "客户号,姓名\nC1,张三\n".encode(),
    "a workbook": b"PK\x03\x04" + bytes(80),
    "a document": b"%PDF-1.7\n" + bytes(80),
    "a page": b"<!doctype html>\n<html></html>\n",
}


@pytest.mark.parametrize("what", STRANGERS)
@pytest.mark.parametrize("through", ["itself", "a link", "a hard link"])
def test_what_somebody_else_wrote_is_never_replaced(tmp_path: Path, what: str, through: str) -> None:
    theirs, named = tmp_path / "theirs", tmp_path / "named.csv"
    theirs.write_bytes(STRANGERS[what])
    if through == "a link":
        named.symlink_to(theirs)
    elif through == "a hard link":
        named.hardlink_to(theirs)
    before = left_in(tmp_path)
    with pytest.raises(PolicyserveError, match="stays as it is"):
        write(theirs if through == "itself" else named, HEADER)
    assert theirs.read_bytes() == STRANGERS[what]
    assert left_in(tmp_path) == before


def test_what_must_be_kept_is_kept_even_where_it_is_empty_or_looks_like_ours(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(HEADER)
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    for name in ("kept", "link"):
        with pytest.raises(PolicyserveError, match="would be lost"):
            write(tmp_path / name, HEADER + b"C1,One\n", kept=[tmp_path / "kept"])
    with pytest.raises(PolicyserveError, match="would be lost"):
        check_target(tmp_path / "not there", kept=[tmp_path / "not there"])
    assert (tmp_path / "kept").read_bytes() == HEADER


def test_a_link_to_a_file_of_ours_stays_a_link(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", HEADER)
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    write(tmp_path / "link.csv", HEADER + b"C1,One\n")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "a.csv").read_bytes() == HEADER + b"C1,One\n"


def test_reject_files_of_different_lists_replace_each_other(tmp_path: Path) -> None:
    write(tmp_path / "r.csv", REJECTS + b",customer_no\n1\n")
    write(tmp_path / "r.csv", REJECTS + b",policy_no\n2\n")
    assert b"policy_no" in (tmp_path / "r.csv").read_bytes()


def test_the_empty_device_takes_what_nobody_wants_and_stays(tmp_path: Path) -> None:
    del tmp_path
    write(Path(os.devnull), HEADER)
    assert not Path(os.devnull).is_file()


FILLING = """
import resource, sys
from pathlib import Path
from policyserve.errors import PolicyserveError
from policyserve.files import write
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write(Path(sys.argv[1]), b"customer_no,name\\n" + b"x" * 100_000)
except PolicyserveError as error:
    print(error)
"""

DYING = """
import os, signal, sys
from pathlib import Path
from policyserve.files import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"customer_no,name\\nhalf")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_full_disk_leaves_the_former_file_and_says_so(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", HEADER + b"yesterday\n")
    done = subprocess.run(
        [sys.executable, "-c", FILLING, tmp_path / "a.csv"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "is full" in done.stdout
    assert (tmp_path / "a.csv").read_bytes() == HEADER + b"yesterday\n"
    assert left_in(tmp_path) == ["a.csv"]


def test_a_kill_leaves_the_former_file(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", HEADER + b"yesterday\n")
    done = subprocess.run([sys.executable, "-c", DYING, tmp_path / "a.csv"], check=False, timeout=60)
    assert done.returncode == -9
    assert (tmp_path / "a.csv").read_bytes() == HEADER + b"yesterday\n"


def test_a_fault_while_writing_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "a.csv") as file:
        file.write(HEADER * (1 // 0))
    assert left_in(tmp_path) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyserveError, match="no folder"):
        write(tmp_path / "none" / "a.csv", HEADER)
