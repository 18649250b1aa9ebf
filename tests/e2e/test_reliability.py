#!/usr/bin/python3
"""docs/reliability.md asserts nothing without a test: each test that it names exists."""
import os
import re
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


class Reliability(unittest.TestCase):

    def test_each_row_names_a_test_that_exists(self):
        rows = [line for line in read("docs/reliability.md").splitlines()
                if line.startswith("|") and not line.startswith(("|--", "| Fault or attack |"))]
        self.assertGreater(len(rows), 20)
        sources = ""
        for folder, _, files in os.walk(os.path.join(ROOT, "tests")):
            sources += "".join(read(os.path.join(folder, file)) for file in files if file.endswith("_test.cc"))
        declared = {f"{suite}.{name}" for suite, name in
                    re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", sources, re.MULTILINE)}
        for row in rows:
            with self.subTest(row=row):
                cells = row.strip("|").split("|")
                self.assertEqual(len(cells), 4)
                named = re.fullmatch(r"\s*`([^`]+)`\s*", cells[3])
                self.assertIsNotNone(named)
                path, colon, test = named[1].partition(": ")
                if not colon:
                    self.assertIn(named[1], declared)
                else:
                    self.assertRegex(read(path), rf"\n    def {re.escape(test)}\(self\):")


if __name__ == "__main__":
    unittest.main()
