"""The notebook runs from top to bottom, in a folder of its own, and is kept without outputs."""

import shutil

import nbclient
import nbformat
import pytest
from places import ROOT

NOTEBOOK = ROOT / "docs/notebook.ipynb"


@pytest.fixture(scope="module")
def kept():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_no_output_is_kept(kept):
    code = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count] == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_it_runs_from_top_to_bottom(kept, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    run = nbclient.NotebookClient(
        nbformat.from_dict(kept), timeout=600, kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()  # fmt: skip
    outputs = [output for cell in run.cells for output in cell.get("outputs", ())]
    assert [one for one in outputs if one.output_type == "error"] == []
    shown = [one["data"] for one in outputs if "data" in one]
    assert sum("image/svg+xml" in data for data in shown) == 2
    assert "<mark" in "".join(data.get("text/html", "") for data in shown)
