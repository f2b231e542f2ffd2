#!/usr/bin/env python3
"""Writes the page of every key of every config, from the JSON Schemas.

usage: scripts/package/config_page.py SCHEMAS OUT.md
"""
import json
import pathlib
import sys

from help_files import choices, kind


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def rows(section):
    for name, value in section.get("properties", {}).items():
        if "properties" in value:
            continue
        told = [value.get("description", "")]
        names = choices(value) if value.get("type") != "boolean" else []
        if names and len(names) <= 20:
            told.append("One of: " + ", ".join(f"`{n}`" for n in names))
        bounds = [f"{word} {value[bound]:g}" for bound, word in (("minimum", "at least"), ("maximum", "at most")) if bound in value]
        default = f"`{json.dumps(value['default'])}`" if "default" in value else ""
        yield f"| `{name}` | {cell(', '.join([kind(value)] + bounds))} | {cell(default)} | {cell('. '.join(told))} |"


def write_section(out, title, section, level):
    out += ["#" * level + " " + title, "", section.get("description", ""), ""]
    body = list(rows(section))
    if body:
        out += ["| key | value | default | what |", "|---|---|---|---|", *body, ""]
    for name, value in section.get("properties", {}).items():
        if "properties" in value:
            write_section(out, f"{title}: {name}" if level == 2 else f"{title}.{name}", value, level + 1)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    out = ["# Every key", "", "Made from the programs' own tables: `--print-config` shows the same with the values of a config.", ""]
    for name in ("train", "select", "eval", "synth"):
        schema = json.loads((pathlib.Path(sys.argv[1]) / f"{name}.json").read_text())
        write_section(out, schema["title"], schema, 2)
    pathlib.Path(sys.argv[2]).write_text("\n".join(out))


if __name__ == "__main__":
    main()
