"""The root of the tree, and its leaves."""

from typing import ClassVar


class SmartBranchError(Exception):
    """Root of the tree.

    reason: stable UPPER_SNAKE name, the same in gRPC, HTTP and on the command line.
    grpc_code: name of the canonical code.
    metadata: everything variable that the message says, for machines.
    """

    reason: ClassVar[str] = ""
    grpc_code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str, **metadata: object) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = {key: str(value) for key, value in metadata.items()}


def leaves(root: type[SmartBranchError]) -> list[type[SmartBranchError]]:
    """Return every class below `root` that has no subclass, in order of definition."""
    children = root.__subclasses__()
    if not children:
        return [root]
    return [leaf for child in children for leaf in leaves(child)]
