"""Waiting for what must come, and how much later than promised it may come."""
import time

SLACK = 1.0  # Seconds beyond what etr promises: the machine may be busy.


def until(condition, what, seconds=20):
    """Waits for a condition; a deadline missed is an error."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s in vain until {what}")
        time.sleep(0.01)
