#!/usr/bin/python3
"""The installed program and plugins of a release build: hardened, small, and with their debug information apart.
Read from the files by readelf. Environment: ETR_BINARY_DIR, CMAKE, CXX."""
import os
import re
import struct
import subprocess
import tempfile
import unittest
import zlib

BUILD = os.environ["ETR_BINARY_DIR"]
CMAKE = os.environ["CMAKE"]
CXX = os.environ["CXX"]
PLUGINS = 8
MOST_OCTETS = 8 << 20


def readelf(path, *flags):
    return subprocess.run(["readelf", "-W", *flags, path], capture_output=True, text=True, check=True).stdout


def weaknesses(path, debug, program):
    """What a file lacks that a program with capabilities should have; `debug` has its debug information."""
    found = []
    header, segments, dynamic = readelf(path, "-h"), readelf(path, "-l"), readelf(path, "-d")
    symbols = readelf(path, "--dyn-syms")
    if not re.search(r"Type:\s+DYN", header) or (program and not re.search(r"FLAGS_1.*\bPIE\b", dynamic)):
        found.append("position-independent")
    if "GNU_RELRO" not in segments:
        found.append("relro")
    if not re.search(r"\(FLAGS\).*\bBIND_NOW\b|\(FLAGS_1\).*\bNOW\b", dynamic):
        found.append("now")
    if not re.search(r"GNU_STACK(\s+0x\w+){5}\s+RW\s", segments):
        found.append("no executable stack")
    if not re.search(r"UND __stack_chk_fail\b", symbols):
        found.append("stack protector")
    # Where a size is known the call with a check is gone, but glibc's headers for it remain in the line table.
    if not re.search(r"\b\w+(2|_fortified)\.h$", readelf(debug, "--debug-dump=rawline"), re.MULTILINE):
        found.append("fortified functions")
    return found


def sections(path):
    return set(re.findall(r"\[ *\d+\] (\S+)", readelf(path, "-S")))


def debug_link(path):
    """The name and the checksum in .gnu_debuglink."""
    data = subprocess.run(["objcopy", "-O", "binary", "--only-section=.gnu_debuglink", "--set-section-flags",
                           ".gnu_debuglink=alloc", path, "/dev/stdout"], capture_output=True, check=True).stdout
    name = data.partition(b"\0")[0]
    return name.decode(), struct.unpack("<I", data[-4:])[0]


def debug_file(path):
    return os.path.join(os.path.dirname(path), ".debug", debug_link(path)[0])


class Install(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.prefix = os.path.join(cls.folder, "prefix")
        cls.install()
        cls.files = [os.path.join(folder, name) for folder, _, names in os.walk(cls.prefix) for name in names]
        cls.size = sum(os.path.getsize(file) for file in cls.files)
        cls.program = os.path.join(cls.prefix, "bin", "etr")
        cls.plugins = [file for file in cls.files if file.endswith(".so")]
        cls.install("--component", "debug")

    @classmethod
    def install(cls, *flags):
        subprocess.run([CMAKE, "--install", BUILD, "--prefix", cls.prefix, *flags], check=True,
                       stdout=subprocess.DEVNULL)

    def binaries(self):
        self.assertIn(self.program, self.files)
        self.assertEqual(len(self.plugins), PLUGINS, self.plugins)
        return [self.program, *self.plugins]

    def test_program_and_plugins_are_hardened(self):
        for file in self.binaries():
            with self.subTest(os.path.basename(file)):
                self.assertEqual(weaknesses(file, debug_file(file), file == self.program), [])

    def test_install_is_small(self):
        print(f"{self.size / 1e6:.1f} MB installed in {len(self.files)} files")
        self.assertLess(self.size, MOST_OCTETS)

    def test_debug_information_is_apart_and_linked(self):
        for file in self.binaries():
            with self.subTest(os.path.basename(file)):
                self.assertFalse({".debug_info", ".symtab"} & sections(file))
                debug = debug_file(file)
                self.assertLessEqual({".debug_info", ".debug_line", ".symtab"}, sections(debug))
                with open(debug, "rb") as data:  # what a debugger compares
                    self.assertEqual(zlib.crc32(data.read()), debug_link(file)[1])
                # readelf follows the link, and finds the functions of the file in it.
                self.assertRegex(readelf(file, "--debug-dump=follow-links,info"), r"DW_TAG_subprogram")

    def test_installed_program_runs(self):
        shown = subprocess.run([self.program, "plugins", "list"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(shown.count(self.prefix), PLUGINS, shown)


class Check(unittest.TestCase):
    """Each weakness is found in a program built to have it."""

    HARDENED = ("-O2", "-g", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2",
                "-Wl,-z,relro,-z,now,-z,noexecstack")
    SOURCE = """#include <cstdio>
int main(int count, char** words) {
  char text[64];
  return std::snprintf(text, static_cast<unsigned>(count) * 8, "%s", words[0]) > 9 ? text[9] : 0;
}
"""

    def weaknesses_with(self, *flags):
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "program")
            subprocess.run([CXX, *self.HARDENED, *flags, "-x", "c++", "-", "-o", program], input=self.SOURCE, text=True,
                           check=True)
            return weaknesses(program, program, True)

    def test_hardened_program_has_none(self):
        self.assertEqual(self.weaknesses_with(), [])

    def test_each_weakness_is_found(self):
        for flags, weakness in ((("-fno-pie", "-no-pie"), "position-independent"),
                                (("-Wl,-z,norelro",), "relro"),
                                (("-Wl,-z,lazy",), "now"),
                                (("-Wl,-z,execstack",), "no executable stack"),
                                (("-fno-stack-protector",), "stack protector"),
                                (("-U_FORTIFY_SOURCE",), "fortified functions")):
            with self.subTest(weakness):
                self.assertIn(weakness, self.weaknesses_with(*flags))


if __name__ == "__main__":
    unittest.main(verbosity=2)
