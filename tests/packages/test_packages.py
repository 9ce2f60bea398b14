"""The wheel and the source package: what is in them, that one makes the other, that both work."""

import email
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from places import ROOT, SEEDS

import moderation

AT = {"SOURCE_DATE_EPOCH": "1760000000"}
MEGABYTE = 1 << 20


def built(kind, source, folder):
    """The package that the sources in a folder make."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("MODERATION_")}
    ran = subprocess.run(
        command, cwd=source, env=env | AT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return built("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """The wheel that the source package makes."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(unpacked, filter="data")
    (source,) = unpacked.iterdir()
    return built("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def content(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_source_package_makes_the_wheel_of_the_clone(wheel, tmp_path):
    of_clone = built("wheel", ROOT, tmp_path)
    assert of_clone.name == wheel.name
    assert of_clone.read_bytes() == wheel.read_bytes()


def test_the_wheel_has_the_program_and_nothing_else(content):
    info = f"moderation-{moderation.__version__}"
    tops = {name.split("/")[0] for name in content}
    assert tops == {"moderation", f"{info}.dist-info", f"{info}.data"}
    program = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "moderation").rglob("*.py")
        if "__pycache__" not in path.parts
    }
    assert program <= set(content)
    assert {"moderation/py.typed", "moderation/_compiled.so"} <= set(content)
    model = "moderation/_models/default/weights.safetensors"
    assert content[model] == (ROOT / "models/default/weights.safetensors").read_bytes()
    assert content[f"{info}.data/data/share/man/man1/moderation.1"].startswith(b'.\\"')
    assert [name for name in content if name.endswith((".pyc", ".jsonl", ".parquet", ".c"))] == []


def test_nothing_in_the_wheel_is_large(wheel, content):
    large = {name for name, data in content.items() if len(data) > MEGABYTE}
    assert large == {
        "moderation/_models/default/weights.safetensors",
        "moderation/language/languages.npz",
    }
    assert wheel.stat().st_size < 20 * MEGABYTE


def test_the_metadata_say_licence_version_and_readme(content):
    info = f"moderation-{moderation.__version__}.dist-info"
    told = email.message_from_bytes(content[f"{info}/METADATA"])
    assert (told["Name"], told["Version"]) == ("moderation", moderation.__version__)
    assert (told["License-Expression"], told.get_all("License-File")) == ("MIT", ["LICENSE"])
    assert content[f"{info}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert told["Description-Content-Type"] == "text/markdown"
    assert "License ::" not in str(told.get_all("Classifier"))  # PEP 639: the expression says it


def test_the_source_package_has_what_builds_and_tests(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {
        "LICENSE",
        "README.md",
        "compiled/arrays.h",
        "docs/moderation.1",
        "hatch_build.py",
        "models/default/weights.safetensors",
        "seeds/forum.jsonl",
        "tests/packages/test_packages.py",
    } <= names
    assert not [name for name in names if ".venv" in name or name.endswith((".so", ".pyc"))]


def _declared(name, extra, seen):
    """The distribution and all that it says it needs."""
    found = distribution(name)
    if found.metadata["Name"] in seen:
        return
    seen[found.metadata["Name"]] = found
    for line in found.requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
            for chosen in ("", *wanted.extras):
                _declared(wanted.name, chosen, seen)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment with the wheel and what it declares to need; no network is asked."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    needed = {}
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        told = email.message_from_bytes(archive.read(metadata))
    for line in told.get_all("Requires-Dist"):
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            _declared(wanted.name, "", needed)
    for found in needed.values():
        tops = {path.parts[0] for path in found.files or () if path.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            if not (packages / top).exists():
                (packages / top).symlink_to(found.locate_file(top))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "-q"]
    offline = ["--no-index", "--no-deps", "--no-cache-dir", str(wheel)]
    subprocess.run([*pip, *offline], check=True, capture_output=True)
    return folder


def run(installed, *arguments, cwd):
    env = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "PYTHONWARNINGS": "error"}
    command = [installed / "bin/moderation", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_the_wheel_alone_scores_and_reports(installed, tmp_path):
    shutil.copytree(SEEDS, tmp_path / "seeds")
    ran = run(installed, "score", "seeds/", "--report", "report.html", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "161 comments" in " ".join(ran.stderr.split())
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_the_wheel_brings_its_manual_and_version(installed, tmp_path):
    assert (installed / "share/man/man1/moderation.1").exists()
    ran = run(installed, "--version", cwd=tmp_path)
    assert ran.stdout == f"moderation {moderation.__version__}\n"
