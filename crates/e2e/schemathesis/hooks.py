"""What the fuzzer must know of the hub and cannot read in its document."""

import itertools
import re

import schemathesis

KEY = "idempotency-key"
PROOF = "x-api-key"
FIT = re.compile(r"[!-~]{1,255}\Z")

_numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Sends one proof and not two, and gives each request an idempotency key of its own.

    A key that is sent beside another one counts for nothing, and the same idempotency key for two
    requests is refused: both are right, and both would hide everything else.
    """
    headers = case.headers or {}
    for name in list(headers):
        if name.lower() == PROOF:
            del headers[name]
        elif name.lower() == KEY and isinstance(headers[name], str) and FIT.match(headers[name]):
            headers[name] = f"{headers[name][:200]}-{next(_numbers)}"
