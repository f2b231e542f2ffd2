#!/usr/bin/env python3
"""Checks that what the documents and comments point to is there.

usage: scripts/check_docs.py [ROOT]      ROOT: a checkout to look at in place of this one

- A link of a Markdown file leads to a file, and to a heading of it where it names one.
- A path in `code` of a Markdown file exists; up to its first placeholder (<name>, *) where it has one.
- A document that a comment or a test names (docs/spec/grpo.md#loss) exists, with that heading.
- No comment points to a numbered section of a document: such numbers move, and say nothing by themselves.
- No test is named by a code (I15_..): its name is the promise.
"""
import pathlib
import re
import sys

CODE_FOLDERS = ("include/", "src/", "tools/", "tests/", "scripts/", "configs/", "cmake/", "third_party/", ".github/", ".ci/")
CODE_ENDINGS = (".h", ".cpp", ".cu", ".py", ".sh", ".txt", ".cmake", ".yaml", ".yml")
NOT_OURS = ("tests/golden/data", "tests/golden/data_qwen3", "tests/fuzz/seeds/")  # texts that models and files are tested with

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE_SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:" + "|".join(re.escape(f) for f in (*CODE_FOLDERS, "docs/")) + r")[\w./<>*{},-]*")
DOCUMENT = re.compile(r"(?<![\w/])((?:[\w.-]+/)*[\w-]+\.md)(?:#([\w-]*))?((?:(?:, | and )#[\w-]+)*)")  # page.md#one, #two and #three
NUMBERED = re.compile(r"\b[Ss]pec(?:ification)?,? (?:section )?\d|\b(?:reading|specification), sections? \d|^\s*//+ Section \d|\bspec [\w]+\.md")
TEST = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(", re.MULTILINE)
TEST_CODE = re.compile(r"^(?:TYPED_)?TEST(?:_F|_P)?\(\w+, *((?:[A-Z]\d{1,2}[a-z]?_)\w*)", re.MULTILINE)


def files_of(root):
    found = [path for path in root.glob("*.md")]
    for folder in (*CODE_FOLDERS, "docs/"):
        found += [path for path in (root / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted(path.relative_to(root).as_posix() for path in found)


def without_code(text):
    """The text without fenced blocks, line numbers kept."""
    return re.sub(r"^```.*?^```", lambda block: "\n" * block.group().count("\n"), text, flags=re.MULTILINE | re.DOTALL)


def anchors(text):
    """The anchors of a page's headings, as GitHub and MyST make them."""
    found = {}
    for line in without_code(text).splitlines():
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1)).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = found.get(slug, -1) + 1
        found[slug] = number
        if number:
            found[f"{slug}-{number}"] = 0
    return found


class Checker:
    def __init__(self, root):
        self.root = root
        self.files = files_of(root)
        self.texts = {}
        self.problems = []
        self.counts = {"links and paths": 0, "documents named in code": 0, "tests": 0}

    def text(self, name):
        if name not in self.texts:
            self.texts[name] = (self.root / name).read_text(encoding="utf-8", errors="replace")
        return self.texts[name]

    def problem(self, name, offset_text, what):
        self.problems.append(f"{name}:{offset_text.count(chr(10)) + 1}: {what}")

    def check_target(self, name, before, path, anchor):
        """@param path  of a page or file, from the root."""
        if not (self.root / path).exists():
            self.problem(name, before, f"{path} does not exist")
        elif anchor is not None and anchor not in anchors(self.text(path)):
            near = ", ".join(sorted(anchors(self.text(path))))
            self.problem(name, before, f"{path} has no heading #{anchor}; it has {near}")

    def check_page(self, name):
        text = without_code(self.text(name))
        folder = pathlib.PurePosixPath(name).parent
        for link in LINK.finditer(text):
            target, _, anchor = link.group(1).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            self.counts["links and paths"] += 1
            path = self.resolved(folder / target) if target else name
            self.check_target(name, text[: link.start()], path, anchor if "#" in link.group(1) else None)
        for span in CODE_SPAN.finditer(text):
            path = PATH.fullmatch(span.group(1))
            if not path:
                continue
            self.counts["links and paths"] += 1
            known = re.split(r"[<*{]", path.group())[0]
            if known != path.group():
                known = known.rpartition("/")[0]
            if known and not (self.root / known).exists():
                self.problem(name, text[: span.start()], f"{path.group()}: {known} does not exist")

    def resolved(self, path):
        parts = []
        for part in path.parts:
            if part == ".." and parts:
                parts.pop()
            elif part != ".":
                parts.append(part)
        return "/".join(parts)

    def check_code(self, name):
        text = self.text(name)
        for document in DOCUMENT.finditer(text):
            before = text[: document.start()]
            if document.group(1).startswith("docs/") or document.group(2) is not None:
                self.counts["documents named in code"] += 1
                self.check_target(name, before, document.group(1), document.group(2))
                for further in re.findall(r"#([\w-]+)", document.group(3)):
                    self.check_target(name, before, document.group(1), further)
        if name.endswith((".h", ".cpp", ".cu")):
            for number, line in enumerate(text.splitlines(), 1):
                if NUMBERED.search(line):
                    self.problems.append(f"{name}:{number}: points to a numbered section; name the page and the heading: docs/spec/...md#...")
            self.counts["tests"] += len(TEST.findall(text))
            for test in TEST_CODE.finditer(text):
                self.problem(name, text[: test.start()], f"{test.group(1)}: a code; the name of a test is its promise")

    def run(self):
        for name in self.files:
            if name.startswith(NOT_OURS):
                continue
            if name.endswith(".md"):
                self.check_page(name)
            elif name.startswith(CODE_FOLDERS) and name.endswith(CODE_ENDINGS) and name != "scripts/check_docs.py":
                self.check_code(name)
        self.problems += [f"nothing was checked: no {what} found below {self.root}" for what, count in self.counts.items() if count == 0]
        return self.problems


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent).resolve()
    checker = Checker(root)
    problems = checker.run()
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    print(", ".join(f"{count} {what}" for what, count in checker.counts.items()) + f": {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
