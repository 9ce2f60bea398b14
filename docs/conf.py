"""The documentation as a site: `sphinx-build -W -c docs -b html . site` in the root folder.

The pages are those of the repository, where they are; none is copied.
"""

import json
import sys
from pathlib import Path
from typing import Any

from myst_parser.parsers.sphinx_ import MystParser
from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

sys.path.insert(0, str(Path(__file__).parent.parent))

project = "moderation"
author = "The authors of moderation"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/**.md",
    "docs/notebook.ipynb",
    "labels/README.md",
    "models/README.md",
    "seeds/README.md",
]
exclude_patterns = [".*", "site", "**/.*"]
root_doc = "docs/index"
source_suffix = {".md": "markdown", ".ipynb": "notebook"}
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["myst.header"]
html_theme = "furo"
html_title = "moderation"
html_copy_source = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
default_role = "code"  # as in the docstrings
highlight_language = "none"
lexers["imports"] = TextLexer()  # the drawing in CONTRIBUTING.md


class NotebookParser(MystParser):  # type: ignore[misc]  # Sphinx' parsers have no types
    """A notebook without outputs as Markdown: its texts, and its code in fences."""

    supported = ("notebook",)

    def parse(self, inputstring: str, document: Any) -> None:
        """See `docutils.parsers.Parser`."""
        texts = []
        for cell in json.loads(inputstring)["cells"]:
            text = "".join(cell["source"])
            texts.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
        super().parse("\n\n".join(texts), document)


def write_mirrors(app: Any, failure: Exception | None) -> None:
    """Put each page as Markdown beside its HTML, and list them all in llms.txt."""
    if failure is not None or app.builder.name != "html":
        return
    out, lines = Path(app.outdir), []
    for name in sorted(app.env.found_docs):
        source = Path(app.env.doc2path(name))
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).with_suffix(source.suffix).write_bytes(source.read_bytes())
        lines.append(f"- [{app.env.titles[name].astext()}]({name}{source.suffix})\n")
    (out / "llms.txt").write_text(f"# {project}\n\n{''.join(lines)}", encoding="utf-8")


def setup(app: Any) -> None:
    """Have notebooks read, and mirrors written."""
    app.add_source_parser(NotebookParser)
    app.connect("build-finished", write_mirrors)
