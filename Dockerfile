# One image for web, worker and beat; see docker-compose.yml. While it runs nothing writes to it.
# To renew the base: docker buildx imagetools inspect python:3.13-slim
FROM python:3.13-slim@sha256:6771159cd4fa5d9bba1258caf0b82e6b73458c694d178ad97c5e925c2d0e1a91

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static
WORKDIR /srv/warroom

# For the PDF of a closure package, which has the names and words of people in any script.
RUN apt-get update \
 && apt-get install --no-install-recommends -y fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/*

COPY requirements-image.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-image.txt

COPY . .
RUN python manage.py collectstatic --no-input --verbosity 0 \
 && useradd --system --no-create-home warroom \
 && install --directory --mode 0700 --owner warroom /srv/rules
USER warroom

# The rules that secrets are found by, compiled once: it takes seconds, and every process needs them.
ENV KF_RULE_CACHE_DIR=/srv/rules
RUN python -c "from kernel.text import mask_secrets; mask_secrets('x')"

EXPOSE 8000
CMD ["uvicorn", "warroom.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--loop", "uvloop", "--http", "warroom.server.http_protocol:HttpProtocol", \
     "--ws", "warroom.server.ws_protocol:WebSocketProtocol", "--ws-max-size", "1024", \
     "--ws-per-message-deflate", "false", \
     "--lifespan", "off", "--no-access-log"]
