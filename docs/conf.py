"""The site: Markdown of this folder by Sphinx with MyST. Built by scripts/docs.sh."""
import pathlib
import re

root = pathlib.Path(__file__).resolve().parents[1]
project = "vrlt"
release = re.search(r"project\(vrlt VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text()).group(1)
copyright = "the vrlt maintainers, Apache License 2.0"
extensions = ["myst_parser"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["spec/README.md"]
html_theme = "furo"
html_title = f"vrlt {release}"
html_show_sphinx = False
