"""Holds the sinks, docs/record.schema.json and docs/record-format.md to each other.

record_schema_test.py WRITE_SAMPLES DOCS_FOLDER
"""

import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

WRITE_SAMPLES, DOCS = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
SCHEMA = json.loads((DOCS / "record.schema.json").read_text())
PAGE = (DOCS / "record-format.md").read_text()


def keys_of(value):
    """All keys in a record, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def properties_of(schema):
    """All keys that a schema defines, at any depth."""
    if isinstance(schema, dict):
        for key, inner in schema.items():
            if key == "properties":
                yield from inner
            yield from properties_of(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties_of(inner)


class Records(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            ndjson, csv = pathlib.Path(folder, "x.ndjson"), pathlib.Path(folder, "x.csv")
            subprocess.run([WRITE_SAMPLES, ndjson, csv], check=True)
            cls.records = [json.loads(line) for line in ndjson.read_text().splitlines()]
            cls.columns = csv.read_text().splitlines()[0].split(",")
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        cls.validator = jsonschema.Draft202012Validator(SCHEMA)

    def of_type(self, kind):
        return [record for record in self.records if record.get("type") == kind]

    def test_every_kind_of_line_is_among_the_samples(self):
        self.assertEqual(len(self.of_type("run")), 1)
        self.assertEqual(len(self.of_type("summary")), 1)
        self.assertEqual(len(self.of_type(None)), 3)
        known = SCHEMA["$defs"]["event"]["properties"]["event"]["enum"]
        self.assertEqual({event["event"] for event in self.of_type("event")}, set(known))
        hops = [hop for path in self.of_type(None) for hop in path["hops"]]
        for key in ("verdict", "class", "kind"):
            known = SCHEMA["$defs"]["hop"]["properties"][key]["enum"]
            self.assertEqual({hop[key] for hop in hops}, set(known), key)

    def test_every_line_is_valid(self):
        for record in self.records:
            self.validator.validate(record)

    def test_a_path_with_a_wrong_key_is_invalid(self):
        path = self.of_type(None)[0]
        for key in path:
            broken = copy.deepcopy(path)
            del broken[key]
            self.assertFalse(self.validator.is_valid(broken), f"without {key}")
            broken[key] = {}
            self.assertFalse(self.validator.is_valid(broken), f"{key} mistyped")
        self.assertFalse(self.validator.is_valid({**path, "other": 1}))

    def test_a_hop_with_a_wrong_key_is_invalid(self):
        path = self.of_type(None)[0]
        for key in path["hops"][0]:
            broken = copy.deepcopy(path)
            del broken["hops"][0][key]
            self.assertFalse(self.validator.is_valid(broken), f"without {key}")
            broken["hops"][0][key] = {}
            self.assertFalse(self.validator.is_valid(broken), f"{key} mistyped")

    def test_a_lost_hop_that_still_shows_an_answer_is_not_valid(self):
        path = copy.deepcopy(self.of_type(None)[0])
        path["hops"][0]["verdict"] = "lost"
        self.assertFalse(self.validator.is_valid(path))

    def test_every_key_of_the_schema_is_written_and_explained(self):
        written = {key for record in self.records for key in keys_of(record)}
        known = set(properties_of(SCHEMA))
        self.assertEqual(written, known)
        explained = set(re.findall(r"`([a-z_0-9]+)`", PAGE))
        self.assertEqual(known - explained, set())

    def test_every_column_of_the_csv_sink_is_explained(self):
        listed = PAGE.split("## CSV")[1].split("They mean")[0]
        self.assertEqual(re.findall(r"`([a-z_0-9]+)`", listed)[1:], self.columns)


if __name__ == "__main__":
    unittest.main()
