"""The documents as data: fenced blocks, links, headings, names of files, commands."""
import glob
import os
import re
import shlex

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
# Where a file named in backticks may be: as written, or as the sources include it.
ROOTS = ("", "core", "core/include")
TOP = ("bench", "cmake", "config", "core", "docs", "examples", "plugins", "scripts", "tests")
LAYERS = ("etr", "base", "net", "transport", "simulation", "model", "plan", "trace", "output", "plugin", "pipeline", "app")


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def all_documents():
    """README and docs/, and the README of each folder."""
    found = ["README.md"]
    for pattern in ("docs/*.md", "core/*/README.md", "core/*/*/README.md", "core/include/README.md"):
        found += [os.path.relpath(path, ROOT) for path in sorted(glob.glob(os.path.join(ROOT, pattern)))]
    return sorted(set(found))


def blocks(text, language):
    """The contents of the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def prose(text):
    """The text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def links(text):
    """Targets of links that are not on the web."""
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose(text)) if "://" not in link]


def anchors(text):
    """The anchors of a document's headings."""
    found = set()
    for heading in re.findall(r"^#+ +(.+)$", prose(text), re.MULTILINE):
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


def named_files(text):
    """Names in backticks that look like files or folders of this project."""
    found = []
    for name in re.findall(r"`([^`\s]+)`", prose(text)):
        first = name.split("/")[0]
        if "/" in name and first in TOP + LAYERS and re.fullmatch(r"[\w./*\[\]-]+", name):
            found.append(name)
    return found


def exists(name):
    return any(glob.glob(os.path.join(ROOT, root, name)) for root in ROOTS)


def commands(text):
    """The command lines in shell blocks and in backticks, as lists of words."""
    lines = []
    for block in blocks(text, "sh"):
        lines += block.replace("\\\n", " ").splitlines()
    lines += re.findall(r"`((?:sudo )?etr [^`]+)`", prose(text))
    for line in lines:
        words = shlex.split(line.split(" | ")[0], comments=True)
        if words:
            yield words
