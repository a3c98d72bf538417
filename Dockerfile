# SmartBranch on CPU. docker build -t smartbranch .
# Weights are not in the image: the first start pulls them into the volume /var/cache/smartbranch;
# `--build-arg WITH_MODELS=1` puts them in, for sites that cannot reach a registry.
FROM docker.io/library/python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements requirements
RUN python -m venv /opt/node \
    && /opt/node/bin/pip install --require-hashes -r requirements/npm.txt
RUN python -m venv /opt/smartbranch \
    && /opt/smartbranch/bin/pip install --require-hashes -r requirements/build.txt \
    && /opt/smartbranch/bin/pip install --require-hashes -r requirements/cpu.txt
COPY . .
RUN PYTHON=/opt/node/bin/python scripts/web install run \
    && PYTHON=/opt/node/bin/python scripts/web build
RUN /opt/smartbranch/bin/pip install --no-build-isolation --no-deps .

FROM docker.io/library/python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libegl1 libgl1 libgles2 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --create-home --home-dir /var/lib/smartbranch smartbranch \
    && install -d -o smartbranch -g smartbranch /var/cache/smartbranch
COPY --from=build /opt/smartbranch /opt/smartbranch
ENV PATH=/opt/smartbranch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp \
    SMARTBRANCH_CACHE=/var/cache/smartbranch \
    SMARTBRANCH_DATA_DIR=/var/lib/smartbranch
USER 10001:10001
WORKDIR /var/lib/smartbranch
ARG WITH_MODELS=
RUN if [ -n "$WITH_MODELS" ]; then smartbranch models pull; fi
VOLUME ["/var/lib/smartbranch", "/var/cache/smartbranch"]
EXPOSE 50051 8080
# The standard gRPC health service; a server with TLS needs a check of its own certificate.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "-c", "\
import sys, grpc; \
from grpc_health.v1 import health_pb2 as p, health_pb2_grpc as g; \
stub = g.HealthStub(grpc.insecure_channel('127.0.0.1:50051')); \
sys.exit(stub.Check(p.HealthCheckRequest(), timeout=4).status != p.HealthCheckResponse.SERVING)"]
ENTRYPOINT ["smartbranch"]
CMD ["serve"]
