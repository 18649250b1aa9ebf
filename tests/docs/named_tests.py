"""Tests as the documents name them: `Suite.Name` of GoogleTest, `path/file.py: test_name` of Python."""
import functools
import glob
import os
import re

from documents import ROOT, read

CPP = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)


@functools.cache
def _cpp_tests():
    """Suite.Name -> the comment directly above the test."""
    found = {}
    for path in glob.glob(os.path.join(ROOT, "tests/**/*_test.cc"), recursive=True):
        text = read(os.path.relpath(path, ROOT))
        for match in CPP.finditer(text):
            lines = text[:match.start()].splitlines()
            comment = []
            while lines and lines[-1].startswith("//"):
                comment.append(lines.pop())
            found[f"{match[1]}.{match[2]}"] = "\n".join(reversed(comment))
    return found


def comment_of(name):
    """The comment above a test, or its docstring and that of its class. None: no such test."""
    path, colon, test = name.partition(": ")
    if not colon:
        return _cpp_tests().get(name)
    if not os.path.exists(os.path.join(ROOT, path)):
        return None
    text = read(path)
    method = re.search(rf"\n    def {re.escape(test)}\(self\):\n(?:        \"\"\"(.*?)\"\"\")?", text, re.DOTALL)
    if method is None:
        return None
    classes = re.findall(r"\nclass \w+\(.*?\):\n(?:    \"\"\"(.*?)\"\"\")?", text[:method.start() + 1], re.DOTALL)
    return f"{classes[-1]}\n{method[1] or ''}"


def rows(document):
    """The columns of each row of the tables whose last column names tests."""
    found, named = [], False
    for line in read(document).splitlines():
        if not line.startswith("|"):
            named = False
        elif not named:
            named = line.rstrip("| ").endswith(("| Test", "| What forbids it here"))
        elif not line.startswith("|--"):
            found.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
    return found


def tests_of(row):
    """The tests that a row names; None if its last column holds anything else."""
    cell = row[-1]
    return re.findall(r"`([^`]+)`", cell) if re.fullmatch(r"`[^`]+`(?:, `[^`]+`)*", cell) else None
