"""Models: the catalogue, fetching and verifying, sessions, batching and the engine."""

import os


def _keep_quiet() -> bool:
    """Let ONNX Runtime tell its maker nothing.

    It reads the variable as it is loaded, so nothing later is early enough. Otherwise it marks the
    machine with an id in TMPDIR and reports models and devices to its maker's server.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return True


IS_QUIET = _keep_quiet()
