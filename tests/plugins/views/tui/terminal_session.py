"""A program in a pseudo-terminal: press keys, read the screen, check how the terminal is left."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

DEADLINE = 20.0


class _Screen(pyte.Screen):
    """Adds what ncurses uses of xterm but pyte lacks."""

    def draw(self, data):
        self.last = data[-1:]
        super().draw(data)

    def repeat(self, count=1):
        self.draw(self.last * (count or 1))

    def scroll_up(self, count=1):
        row = self.cursor.y
        self.cursor.y = (self.margins.bottom if self.margins else self.lines - 1)
        for _ in range(count or 1):
            self.index()
        self.cursor.y = row

    def scroll_down(self, count=1):
        row = self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        for _ in range(count or 1):
            self.reverse_index()
        self.cursor.y = row


class _Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down"}


class Session:
    """Waits for conditions, never for times; a condition that does not become true is a failure."""

    def __init__(self, arguments, rows=24, columns=80, environment=None, folder=None):
        self.raw = b""
        self.status = None
        self.screen = _Screen(columns, rows)
        self._stream = _Stream(self.screen)
        ready, go = os.pipe()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                os.close(go)
                os.read(ready, 1)  # until the parent has read the terminal's modes
                self._become(arguments, rows, columns, environment, folder)
            finally:
                os._exit(127)  # never back into the test
        os.close(ready)
        self.modes_before = self.modes()
        os.close(go)

    @staticmethod
    def _become(arguments, rows, columns, environment, folder):
        if folder:
            os.chdir(folder)
        settings = dict(os.environ)
        settings.pop("NO_COLOR", None)
        settings.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        settings.update(environment or {})
        # The program must find its size when it starts.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execve(arguments[0], arguments, settings)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self._fd is not None:
            os.close(self._fd)

    @property
    def lines(self):
        return list(self.screen.display)

    @property
    def text(self):
        return "\n".join(self.lines)

    def modes(self):
        """The terminal's attributes, special characters included."""
        return termios.tcgetattr(self._fd)

    def press(self, keys):
        os.write(self._fd, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def pause(self):
        """Stops the program until go_on()."""
        os.kill(self.pid, signal.SIGSTOP)
        self.wait_for_stop()

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def read(self, seconds):
        """Passes output to the screen, waiting for it up to `seconds`; False at the end of the output."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def wait(self, condition, what):
        end = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > end or not self.read(0.1):
                if condition():
                    return
                raise AssertionError(f"{what}: not within {DEADLINE} s; the screen:\n{self.text}")

    def wait_for(self, text):
        self.wait(lambda: text in self.text, f"'{text}' on screen")

    def wait_for_stop(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid and os.WIFSTOPPED(status):
                return
            self.read(0.05)
        raise AssertionError("the program did not stop")

    def hang_up(self):
        """Closes the terminal, as closing its window does; returns the exit status."""
        os.close(self._fd)
        self._fd = None
        end = time.monotonic() + DEADLINE
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise AssertionError("the program does not end without its terminal")
            else:
                time.sleep(0.01)
        return self.status

    def finish(self):
        """Reads until the program has ended; returns the exit status."""
        end = time.monotonic() + DEADLINE
        while self.status is None:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise AssertionError(f"the program does not end; the screen:\n{self.text}")
        # The rest of its output is not always ready at once: the kernel passes it on in a worker.
        while self.read(0.05):
            if time.monotonic() > end:
                raise AssertionError("the terminal does not close")
        return self.status
