"""make install and make uninstall: into a folder, and on a machine that systemd runs."""

from __future__ import annotations

import os
import shutil
import stat

import pytest

from tests.systemd.box import CHECKOUT, lacking, make


@pytest.fixture(scope="module")
def tree(staged):
    return staged


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_what_is_put_where(tree):
    found = files(tree)
    assert {
        "opt/cabin/bin/cabin",
        "usr/local/bin/cabin",
        "usr/lib/systemd/system/cabin.service",
        "usr/lib/systemd/system/cabin.socket",
        "usr/lib/sysusers.d/cabin.conf",
        "usr/lib/tmpfiles.d/cabin.conf",
        "usr/share/cabin/models/models.yaml",
        "usr/share/cabin/models/intent/model.json",
        "usr/share/cabin/docs/index.md",
        "etc/cabin/cabin.yaml",
        "etc/cabin/budgets/headunit.yaml",
        "etc/systemd/system/cabin.service.d/50-budget.conf",
    } <= found
    assert not [name for name in found if name.startswith(("run/", "var/", "root/", "home/"))]


def test_nothing_of_it_knows_where_it_was_made_or_can_be_written_by_others(tree):
    assert str(tree) not in (tree / "opt/cabin/bin/cabin").read_text()
    assert str(tree) not in (tree / "opt/cabin/pyvenv.cfg").read_text()
    assert str(tree) not in (tree / "usr/lib/systemd/system/cabin.service").read_text()
    for folder in ("opt/cabin", "usr/share/cabin", "etc/cabin"):
        for path in (tree / folder).rglob("*"):
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode):
                assert not mode & (stat.S_IWGRP | stat.S_IWOTH), path
                assert mode & stat.S_IROTH, path


def test_the_service_needs_no_compiler_and_no_pip(tree):
    packages = tree / "opt/cabin/lib/python3.11/site-packages"
    assert not (packages / "pip").exists()
    compiled = list((packages / "cabin" / "daemon").rglob("*.pyc"))
    assert len(compiled) >= len(list((packages / "cabin" / "daemon").glob("*.py")))


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A copy of what is installed, in which a test may do as it likes: files are links, folders its own."""
    if reason := lacking():
        pytest.skip(reason)
    return tmp_path / "root"


def test_again_changes_nothing_and_keeps_what_was_edited(tree, small):
    make_copy(tree, small)
    edited = small / "etc/cabin/policy.yaml"
    text = edited.read_text() + "# ours\n"
    edited.unlink()
    edited.write_text(text)
    old = small / "etc/cabin/vehicle.yaml"
    shipped = small / "usr/share/cabin/config/vehicle.yaml"
    for file in (old, shipped):  # as an earlier version had it, and nobody edited it
        file.unlink()
        file.write_text("interface: simulated\n")
    before = (small / "opt/cabin/bin/cabin").stat().st_ino
    said = make("install", f"DESTDIR={small}", "BUDGET=small-headunit").stdout
    assert "kept         /etc/cabin/policy.yaml, which was edited" in said
    assert edited.read_text() == text
    assert old.read_text() == (CHECKOUT / "config" / "vehicle.yaml").read_text()
    assert (small / "opt/cabin/bin/cabin").stat().st_ino == before
    chosen = small / "etc/systemd/system/cabin.service.d/50-budget.conf"
    assert str(chosen.readlink()) == "/usr/share/cabin/systemd/small-headunit.conf"
    make("install", f"DESTDIR={small}")
    assert str(chosen.readlink()) == "/usr/share/cabin/systemd/small-headunit.conf"


def test_uninstalling_leaves_configuration_and_state_unless_purged(tree, small):
    make_copy(tree, small)
    (small / "var/lib/cabin").mkdir(parents=True)
    (small / "var/lib/cabin/kept").write_text("state")
    (small / "etc/hosts").write_text("not ours")
    said = make("uninstall", f"DESTDIR={small}").stdout
    assert "PURGE=1" in said
    left = files(small)
    assert {name for name in left if not name.startswith("etc/cabin/")} == {"etc/hosts", "var/lib/cabin/kept"}
    assert "etc/cabin/cabin.yaml" in left
    make("uninstall", f"DESTDIR={small}", "PURGE=1")
    assert files(small) == {"etc/hosts"}
    make("uninstall", f"DESTDIR={small}", "PURGE=1")


def test_folders_of_others_are_left_alone(small):
    (small / "usr/share").mkdir(parents=True)
    (small / "usr/share/other").write_text("not ours")
    done = make("install", f"DESTDIR={small}", "DATADIR=/usr/share", check=False)
    assert done.returncode != 0
    assert "holds what cabin did not put there" in done.stderr
    done = make("uninstall", f"DESTDIR={small}", "DATADIR=/usr/share", check=False)
    assert done.returncode != 0
    assert files(small) == {"usr/share/other"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("PREFIX=cabin",), "not an absolute path: cabin"),
        (("BUDGET=hedunit",), "no budget hedunit"),
        (("SERVICE_PYTHON=/bin/true2",), "not Python 3.11 or newer"),
    ],
)
def test_wrong_use_is_told_before_anything_is_done(small, words, told):
    done = make("install", f"DESTDIR={small}", *words, check=False)
    assert done.returncode != 0
    assert told in done.stderr
    assert not small.exists()


def test_other_places_are_written_into_the_units(tree, small):
    make_copy(tree, small)
    # PREFIX stays: another would be another program, which takes its time
    make("install", f"DESTDIR={small}", "CONFDIR=/etc/voice", "UNITDIR=/usr/local/lib/systemd/system")
    text = (small / "usr/local/lib/systemd/system/cabin.service").read_text()
    assert "Environment=CABIN_CONFIG=/etc/voice" in text
    assert "/etc/cabin" not in text
    assert (small / "etc/voice/cabin.yaml").exists()


def make_copy(tree, folder):
    """Copy what is installed with links for its files: nobody writes into those, files are replaced."""
    folder.mkdir()
    for path in tree.rglob("*"):
        to = folder / path.relative_to(tree)
        if path.is_dir() and not path.is_symlink():
            to.mkdir(exist_ok=True)
        elif path.is_symlink():
            to.symlink_to(path.readlink())
        else:
            try:
                os.link(path, to)
            except OSError:  # another file system
                shutil.copy2(path, to)


def test_on_a_machine(make_box):
    with make_box(f"--bind-ro={CHECKOUT}:{CHECKOUT}") as box:
        box.start_service()
        box.path("/etc/cabin/cabin.yaml").write_text("# ours\n")
        pid = box.pids()["main"]
        command = ["make", "--silent", "-C", str(CHECKOUT)]
        command += [f"--assume-old=.venv/stamps/{stamp}" for stamp in ("demo-models", "wheels", "run")]
        said = box.run(*command, "install").stdout
        assert "kept         /etc/cabin/cabin.yaml, which was edited" in said
        assert box.pids()["main"] != pid, "a service that runs is started anew"
        assert box.show("ActiveState")["ActiveState"] == "active"
        box.ctl("enable", "cabin.service")
        said = box.run(*command, "uninstall").stdout
        assert box.all_pids() == []
        assert box.show("LoadState")["LoadState"] == "not-found"
        found = box.run("find", "/opt", "/usr", "/etc", "/var", "/run", "-xdev", "-name", "*cabin*").stdout.split()
        ours = {name for name in found if "systemd/system" in name or "/cabin" in name or "cabin.conf" in name}
        assert {name for name in ours if not name.startswith(("/run/systemd/", "/run/cabin-sound"))} == {
            "/etc/cabin",
            "/etc/cabin/cabin.dbc",
            "/etc/cabin/cabin.yaml",
            "/var/lib/cabin",
        }
        box.run(*command, "uninstall", "PURGE=1")
        assert not box.path("/etc/cabin").exists()
        assert not box.path("/var/lib/cabin").exists()
        assert box.run("getent", "passwd", "cabin", check=False).returncode == 2
        assert box.run("getent", "group", "cabin", check=False).returncode == 2
