# One image for web, worker and beat; see docker-compose.yml.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static
WORKDIR /srv/warroom

COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

COPY . .
RUN python manage.py collectstatic --no-input --verbosity 0 \
 && useradd --system --no-create-home warroom
USER warroom

EXPOSE 8000
CMD ["uvicorn", "warroom.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--loop", "uvloop", "--http", "warroom.server.http_protocol:HttpProtocol", \
     "--ws", "websockets-sansio", "--ws-per-message-deflate", "false", \
     "--lifespan", "off", "--no-access-log"]
