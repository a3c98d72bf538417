"""What somebody does who sits between a client and the server, at a clip that is signed."""

import time
from collections.abc import Iterator, Mapping, Sequence

import grpc

from client.deepfake_types import ClipForgery
from client.deepfake_wire import clip_from
from client.frame_chain import ChainSigner
from client.wire import span
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2_grpc
from protos.smartbranch.media.v1.media_pb2 import MediaChunk

Edits = Mapping[int, bytes]
Request = messages.CheckClipRequest
LIMIT_S = 60.0


def send_edited(address: str, pictures: Sequence[bytes], fps: float, edits: Edits) -> ClipForgery:
    """Film a clip that is signed, and exchange some pictures after they were signed."""
    with grpc.insecure_channel(address) as channel:
        stub = deepfake_service_pb2_grpc.DeepfakeServiceStub(channel)
        opened = stub.OpenClip(messages.OpenClipRequest(), timeout=LIMIT_S)
        requests = _requests(opened, pictures, fps, edits)
        return clip_from(stub.CheckClip(requests, timeout=LIMIT_S))


def _requests(
    opened: messages.OpenClipResponse, pictures: Sequence[bytes], fps: float, edits: Edits
) -> Iterator[Request]:
    signer = ChainSigner(opened.chain_key, opened.clip)
    content = messages.ClipConfig.CHUNKS
    yield Request(config=messages.ClipConfig(clip=opened.clip, content=content))
    for number, picture in enumerate(pictures):
        chunk = MediaChunk(
            codec=MediaChunk.JPEG, data=picture, pts=span(number / fps), sequence=number + 1
        )
        signer.sign(chunk)
        chunk.data = edits.get(number, picture)
        yield Request(chunk=chunk)
        time.sleep(1 / fps)
    end = messages.ClipEnd(last_sequence=len(pictures), chain_hash=signer.close())
    yield Request(end=end)
