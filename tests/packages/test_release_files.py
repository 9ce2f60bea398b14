"""Workflows, container and citation: valid, pinned, and in agreement with the program."""

import importlib.util
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from places import ROOT

import moderation

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCHEMAS = [
    *((path, "vendor.github-workflows") for path in WORKFLOWS),
    (ROOT / "action.yml", "vendor.github-actions"),
    (ROOT / "compose.yaml", "vendor.compose-spec"),
    (ROOT / "CITATION.cff", "vendor.citation-file-format"),
]


def known(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.skipif(
    importlib.util.find_spec("check_jsonschema") is None, reason="needs check-jsonschema"
)
@pytest.mark.parametrize(("path", "schema"), SCHEMAS, ids=lambda one: getattr(one, "name", ""))
def test_files_keep_to_their_schemas(path, schema):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def steps(path):
    jobs = known(path).get("jobs", {}).values() or [known(path)["runs"]]
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / "action.yml"], ids=lambda path: path.name)
def test_actions_of_others_are_pinned_and_nothing_is_put_into_a_shell(path):
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


def test_the_action_hides_nothing_unless_asked_and_reads_no_comment():
    inputs = known(ROOT / "action.yml")["inputs"]
    assert inputs["minimize"]["default"] == "false"
    assert inputs["exempt-associations"]["default"] == "MEMBER,OWNER,COLLABORATOR"
    assert "github.event" not in (ROOT / "action.yml").read_text(encoding="utf-8")


def test_a_release_is_published_without_a_password_and_with_attestations():
    jobs = known(ROOT / ".github/workflows/release.yml")["jobs"]
    publish = jobs["publish"]
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"] == "pypi"
    assert publish["steps"][-1]["uses"].startswith("pypa/gh-action-pypi-publish@")
    assert publish["steps"][-1]["with"] == {"attestations": True}
    assert publish["needs"] == "try"
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("tag", "said"),
    [("v99.0", "the tag is v99.0"), (f"{moderation.__version__}", "the tag is")],
)
def test_a_tag_that_is_not_the_version_is_not_released(tag, said):
    command = [sys.executable, str(ROOT / "docs/check_release.py"), tag]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.startswith(said)) == (1, True)


def test_every_file_that_names_the_version_names_this_one():
    spec = importlib.util.spec_from_file_location("release", ROOT / "docs/check_release.py")
    release = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(release)
    assert release.version() == moderation.__version__
    assert release.unknown(moderation.__version__, release.KNOWN) == []
    assert release.unknown("99.0", release.KNOWN) == list(release.KNOWN)


def test_the_conda_recipe_needs_what_the_project_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run = known(ROOT / "docs/conda/recipe.yaml")["requirements"]["run"]
    wanted = {f"python {project['requires-python']}", *project["dependencies"]}
    of_python = {"backports-zstd>=1.0; python_version < '3.14'"}  # conda has it for every Python
    wanted = (wanted - of_python) | {"backports.zstd>=1.0"}
    assert {one.replace(" ", "") for one in run} == {one.replace(" ", "") for one in wanted}


def test_the_image_is_built_of_files_that_exist_and_does_not_run_as_root():
    kept = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert [name for name in kept if not (ROOT / name).exists()] == []
    last = (ROOT / "Dockerfile").read_text("utf-8").rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert re.search(r"^VOLUME /data$", last, re.MULTILINE)
    assert "moderation.review.health" in last


def test_the_services_are_locked_down():
    services = known(ROOT / "compose.yaml")["services"]
    assert set(services) == {"moderation", "review", "team"}
    for service in services.values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "ports" not in services["review"]
    assert "--host" not in services["review"]["command"]
    assert services["team"]["ports"] == ["${MODERATION_ADDRESS:-127.0.0.1}:8765:8765"]
    assert "--certificate" in services["team"]["command"]
