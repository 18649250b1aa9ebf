#!/usr/bin/python3
"""Holds the documents to the program and the tree. $ETR is the program.

To update the README's copy of `etr --help`: ETR_RECORD_DOCS=1 tests/docs/test_docs.py
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import documents
import named_tests
from documents import ROOT, read

ETR = os.environ.get("ETR", os.path.join(ROOT, "build/dev/bin/etr"))
# What a reader substitutes for a word of a command.
PLACEHOLDERS = {"HOST": "203.0.113.80", "TARGET": "203.0.113.80", "NAME": "udp", "./mine.toml": "config/default.toml",
                "FILE": "config/default.toml", "day.toml": "examples/networks/nested4x4.toml"}


def etr(*arguments):
    """Runs etr where it finds the files of the tree and those it writes do no harm."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("config", "examples"):
            os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
        return subprocess.run([ETR, *arguments], cwd=folder, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=30)


def arguments_of_etr(words):
    """The arguments for etr in a command line; None if it runs something else."""
    words = [PLACEHOLDERS.get(word, word) for word in words]
    if words[0] == "sudo":
        words = words[1:]
    if os.path.basename(words[0]) == "lab.py" and "--" in words:
        words = words[words.index("--") + 1:]
    if words[:2] == ["/usr/bin/time", "-v"]:
        words = words[2:]
    words = [word for word in words if not word.startswith(">")]
    if words[0] in ("etr", "scripts/run", "build/release/bin/etr"):
        return words[1:]
    return None


class Tree(unittest.TestCase):
    def test_no_document_holds_an_unfinished_merge(self):
        for document in documents.all_documents():
            with self.subTest(document=document):
                self.assertNotRegex(read(document), r"(?m)^(<{7}|>{7}) ")

    def test_every_link_leads_somewhere(self):
        for document in documents.all_documents():
            for link in documents.links(read(document)):
                path, _, anchor = link.partition("#")
                target = os.path.join(os.path.dirname(document), path) if path else document
                with self.subTest(document=document, link=link):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, target)), "no such file")
                    if anchor:
                        self.assertIn(anchor, documents.anchors(read(target)))

    def test_links_are_called_what_they_lead_to(self):
        for document in documents.all_documents():
            for text, link in re.findall(r"\[`?([\w./-]+\.(?:md|toml|json))`?\]\(([^)#]+)[^)]*\)", documents.prose(read(document))):
                with self.subTest(document=document, link=link):
                    self.assertEqual(os.path.basename(text), os.path.basename(link))

    def test_every_file_that_is_named_exists(self):
        self.assertGreater(len(documents.named_files(read("docs/architecture.md"))), 40)
        for document in ("README.md", "docs/architecture.md"):
            names = documents.named_files(read(document))
            for name in names:
                with self.subTest(document=document, name=name):
                    self.assertTrue(documents.exists(name), "no such file")

    def test_the_readme_leads_to_every_pipeline(self):
        readme = read("README.md")
        for path in glob.glob(os.path.join(ROOT, "config/*.toml")):
            self.assertIn(f"](config/{os.path.basename(path)})", readme)

    def test_every_document_is_reached_from_the_readme(self):
        reached, ahead = set(), ["README.md"]
        while ahead:
            document = ahead.pop()
            if document in reached:
                continue
            reached.add(document)
            for link in documents.links(read(document)):
                path = os.path.normpath(os.path.join(os.path.dirname(document), link.partition("#")[0]))
                if path.endswith(".md"):
                    ahead.append(path)
        self.assertEqual(sorted(set(documents.all_documents()) - reached), [], "no link leads from README.md to these")

    def test_every_folder_of_core_is_explained(self):
        architecture = read("docs/architecture.md")
        folders = sorted({os.path.relpath(os.path.dirname(path), ROOT)
                          for path in glob.glob(os.path.join(ROOT, "core/**/*.h"), recursive=True)})
        self.assertIn("core/trace", folders)
        for folder in folders:
            with self.subTest(folder=folder):
                self.assertIn(f"`{folder}/`", architecture)
                owner = "core/include" if folder.startswith("core/include") else folder
                self.assertTrue(os.path.exists(os.path.join(ROOT, owner, "README.md")), "it has no README.md")

    def test_every_library_has_a_reason(self):
        packages = re.findall(r"\b(lib[\w-]+-dev|rapidjson-dev|zlib1g-dev)\b", read("scripts/setup"))
        self.assertGreater(len(packages), 10)
        table = [line for line in read("docs/architecture.md").splitlines() if line.startswith("|")]
        for package in packages:
            with self.subTest(package=package):
                rows = [row for row in table if f"`{package}`" in row]
                self.assertEqual(len(rows), 1, "not one row of the table of dependencies")


class Program(unittest.TestCase):
    def test_the_flags_are_those_of_help(self):
        done = etr("--help")
        said = done.stdout + done.stderr
        shown = [block for block in documents.blocks(read("README.md"), "text") if "Usage: etr" in block]
        self.assertEqual(len(shown), 1)
        if "ETR_RECORD_DOCS" in os.environ:
            text = read("README.md").replace(shown[0], said)
            with open(os.path.join(ROOT, "README.md"), "w", encoding="utf-8") as file:
                file.write(text)
            shown = [said]
        self.assertEqual(shown[0], said, "record it anew: ETR_RECORD_DOCS=1 tests/docs/test_docs.py")

    def test_the_exit_statuses_are_those_of_help(self):
        stated = re.findall(r"(?m)^  (\d+)  +\w", etr("--help").stderr.partition("\nExit status:\n")[2])
        network = ("--simulate", "examples/networks/nested4x4.toml", "-c", "1", "203.0.113.9")
        commands = {0: ("-J", *network), 1: ("-J", "-P", "0", *network), 2: ("-J", "--flow", *network)}
        self.assertEqual(stated, [str(status) for status in (*commands, 141)])
        for status, arguments in commands.items():
            with self.subTest(status=status):
                self.assertEqual(etr(*arguments).returncode, status)
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([ETR, "-J", *network], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, check=False, timeout=30)
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (141, b""))

    def test_every_command_is_accepted(self):
        tried = 0
        for document in ("README.md", "docs/architecture.md", "docs/performance.md"):
            for words in documents.commands(read(document)):
                arguments = arguments_of_etr(words)
                if arguments is None or arguments[:1] == ["plugins"]:
                    continue
                arguments = [word for word in arguments if word != "--check"]
                tried += 1
                with self.subTest(document=document, command=" ".join(words)):
                    done = etr("--check", *arguments)
                    self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(tried, 12, "the commands are not found any more")

    def test_scripts_run_detects_a_missing_host(self):
        probe = re.search(r'"\$etr" (--set \S+) "\$@"', read("scripts/run"))
        self.assertIsNotNone(probe)
        flag = probe.group(1).split()
        self.assertIn("destination is required", etr(*flag, "-c", "2").stderr)
        done = etr(*flag, "-c", "2", "203.0.113.80")
        self.assertNotIn("destination is required", done.stderr)
        self.assertEqual(done.returncode, 1, "it would have traced")

    def test_every_verb_of_plugins_exists(self):
        said = etr("plugins", "--help")
        for document in documents.all_documents():
            for words in documents.commands(read(document)):
                if words[:2] == ["etr", "plugins"] and len(words) > 2:
                    with self.subTest(document=document, command=" ".join(words)):
                        self.assertIn(f"etr plugins {words[2]}", said.stdout + said.stderr)

    def test_pipeline_files_in_the_readme_are_valid(self):
        found = documents.blocks(read("README.md"), "toml")
        self.assertGreater(len(found), 0)
        for block in found:
            with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
                file.write(block)
                file.flush()
                done = etr("--check", "--pipeline", file.name, "203.0.113.80")
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_record_has_the_keys_of_a_real_one(self):
        shown = json.loads(documents.blocks(read("README.md"), "json")[0])
        done = etr("--simulate", "examples/networks/nested4x4.toml", "-J", "-c", "1", "-P", "1", "203.0.113.9")
        real = json.loads(done.stdout.splitlines()[0])
        self.assertEqual(list(shown), list(real))
        for hop in shown["hops"]:
            self.assertEqual(list(hop), list(real["hops"][0]))

    def test_tables_of_the_report_have_the_columns_shown(self):
        done = etr("--simulate", "examples/networks/nested4x4.toml", "--view", "plain", "-c", "1", "-P", "2", "203.0.113.9")
        shown = [line.split() for line in read("README.md").splitlines() if line.startswith((" TTL ", "Path  "))]
        real = [line.split() for line in done.stdout.splitlines() if line.startswith((" TTL ", "Path  "))]
        self.assertGreater(len(shown), 1)
        for columns in shown:
            self.assertIn(columns, real)

    def test_each_screen_is_that_of_its_linked_picture(self):
        shown = 0
        for document in ("README.md", "docs/tui.md"):
            for screen in re.finditer(r"^```text\n( ECMP Traceroute .*?)^```$", read(document), re.MULTILINE | re.DOTALL):
                shown += 1
                picture = re.search(r"screens/(\w+)\.svg", read(document)[screen.end():]).group(1)
                with self.subTest(document=document, picture=picture):
                    self.assertEqual(screen.group(1), read(f"docs/screens/{picture}.txt"))
        self.assertGreater(shown, 5)

    def test_messages_in_the_troubleshooting_table_exist(self):
        sources = ""
        for pattern in ("core/**/*.cc", "core/include/etr/*.h", "plugins/**/*.cc"):
            for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
                sources += read(path)
        table = read("README.md").partition("## The bad night")[2]
        quoted = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
        self.assertGreater(len(quoted), 4)
        for message in quoted:
            # What differs from run to run: numbers, addresses, names, the kind of a plugin.
            parts = re.split(r"\d[\d.]*|'[^']*'|prober", message)
            for part in filter(None, (part.strip() for part in parts)):
                with self.subTest(message=message):
                    self.assertTrue(part in sources, f"no source contains '{part}'")


class Sizes(unittest.TestCase):
    def test_lines_and_longest_file_of_each_folder(self):
        rows = re.findall(r"^\| `((?:core|plugins)[\w/]*)` \| (\d+) \| `([\w.]+)`, (\d+) \|", read("docs/architecture.md"), re.MULTILINE)
        listed = {folder for folder, *_ in rows}
        folders = {os.path.dirname(path) for path in glob.glob("core/**/*.cc", root_dir=ROOT, recursive=True)}
        self.assertEqual(listed, folders | {"core/include/etr", "core/transport", "plugins"})
        for folder, lines, longest, longest_lines in rows:
            with self.subTest(folder=folder):
                pattern = os.path.join(ROOT, folder, "**/*" if folder == "plugins" else "*")
                sizes = {os.path.basename(path): len(read(path).splitlines())
                         for path in glob.glob(pattern, recursive=True) if path.endswith((".cc", ".h"))}
                self.assertAlmostEqual(sum(sizes.values()), int(lines), delta=int(lines) // 10)
                self.assertAlmostEqual(sizes[longest], max(sizes.values()), delta=30)
                self.assertAlmostEqual(sizes[longest], int(longest_lines), delta=30)


class NamedTests(unittest.TestCase):
    """Two documents make no claim without a test."""

    def assert_tests_exist(self, document, columns, at_least):
        rows = named_tests.rows(document)
        self.assertGreaterEqual(len(rows), at_least)
        for row in rows:
            with self.subTest(document=document, row=row[0]):
                self.assertEqual(len(row), columns)
                tests = named_tests.tests_of(row)
                self.assertTrue(tests, "the last cell is no list of tests")
                for test in tests:
                    self.assertIsNotNone(named_tests.comment_of(test), f"there is no test {test}")
        return rows

    def test_each_listed_fault_has_a_test(self):
        self.assert_tests_exist("docs/reliability.md", 4, 20)

    def test_each_listed_defect_has_a_test_that_names_it(self):
        rows = self.assert_tests_exist("docs/compatibility.md", 3, 35)
        numbers = [row[0] for row in rows]
        for letter, last in (("A", 24), ("B", 11)):
            self.assertEqual([number for number in numbers if number[0] == letter],
                             [f"{letter}{i}" for i in range(1, last + 1)])
        for row in rows:
            for test in named_tests.tests_of(row):
                with self.subTest(row=row[0], test=test):
                    self.assertRegex(named_tests.comment_of(test) or "", rf"\b{row[0]}\b", "it does not name its row")


class Arithmetic(unittest.TestCase):
    def test_flows_that_find_all_paths(self):
        """Defect C4 of the Go etr. The coupon collector's least P: sum over k of (-1)^k C(n,k) (1 - k/n)^P >= 0.95."""
        from math import comb
        rows = [re.findall(r"\d+", line) for line in read("README.md").splitlines()
                if line.startswith(("| paths |", "| flows ("))]
        self.assertEqual(len(rows), 2)
        for n, flows in zip(map(int, rows[0]), map(int, rows[1])):
            def all_seen(p, n=n):
                return sum((-1) ** k * comb(n, k) * (1 - k / n) ** p for k in range(n + 1))
            with self.subTest(paths=n):
                self.assertGreaterEqual(all_seen(flows), 0.95)
                self.assertLess(all_seen(flows - 1), 0.95)


if __name__ == "__main__":
    if not os.path.exists(ETR):
        sys.exit(f"test_docs: no program at {ETR}; set ETR= to its path")
    unittest.main()
