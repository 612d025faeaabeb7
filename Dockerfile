# One image for every role: the command chooses the service and what it does (python -m services --help).
# The gateway's image, nginx with its configuration, is a stage of its own.
FROM nginx:1.28-alpine AS gateway
COPY deploy/gateway /srv/gateway
RUN mkdir /srv/gateway/temp && chown 101:101 /srv/gateway/temp
USER 101:101
EXPOSE 8080
CMD ["nginx", "-p", "/srv/gateway", "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"]

FROM python:3.11-slim-bookworm AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv .venv
COPY requirements.lock requirements-extras.lock ./
ARG LOCK=requirements.lock
RUN .venv/bin/pip install --require-hashes --requirement "$LOCK"
COPY tools/messages.py tools/steward tools/
RUN ln -s ../../tools/steward .venv/bin/steward
COPY deploy deploy
COPY shared shared
COPY services services
# Catalogues and byte code are made here, because the container that runs cannot write.
RUN .venv/bin/python tools/messages.py compile && .venv/bin/python -m compileall -q .venv shared services

FROM python:3.11-slim-bookworm AS steward
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin steward \
    && install -d -o steward -g steward /var/lib/steward /var/lib/definitions
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["python", "-m"]
CMD ["services", "--help"]
