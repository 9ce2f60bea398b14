"""The documentation as a site: `sphinx-build -W -c docs -b html . site` in the root folder.

The pages are those of the repository, where they are; none is copied.
"""

import sys
from pathlib import Path

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
    "labels/README.md",
    "models/README.md",
    "seeds/README.md",
]
exclude_patterns = [".*", "site", "**/.*"]
root_doc = "docs/index"
source_suffix = {".md": "markdown"}
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
