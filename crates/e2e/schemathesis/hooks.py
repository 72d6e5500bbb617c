"""What the fuzzer must know of the hub and cannot read in its document."""

import itertools
import re

import schemathesis

KEY = "Idempotency-Key"
FIT = re.compile(r"[!-~]{1,255}\Z")

_numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request a key of its own: the same key for two requests is refused, rightly."""
    headers = case.headers or {}
    for name in [name for name in headers if name.lower() == KEY.lower()]:
        if isinstance(headers[name], str) and FIT.match(headers[name]):
            headers[name] = f"{headers[name][:200]}-{next(_numbers)}"
