# One image for every role: the command chooses the service and what it does (python -m services --help).
# Two small ones stand beside it: the gateway, nginx with its configuration, and a mail server for trying things out.
#
# Pinned by version. A digest (python:3.11.13-slim-trixie@sha256:…) pins more; `docker buildx imagetools inspect` tells it.
ARG NGINX=nginx:1.28.0-alpine
ARG PYTHON=python:3.11.13-slim-trixie

FROM ${NGINX} AS gateway
COPY deploy/gateway /srv/gateway
# A tmpfs is laid over it, which takes this mode, but not an owner.
RUN install -d -m 1777 /srv/gateway/temp
USER 101:101
EXPOSE 8080 8443
STOPSIGNAL SIGQUIT
ENTRYPOINT ["/srv/gateway/start"]
CMD []

FROM ${PYTHON} AS mail
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1
COPY requirements-mail.lock /app/
RUN python -m venv /app/.venv && /app/.venv/bin/pip install --require-hashes --requirement /app/requirements-mail.lock
COPY tools/mail_catcher.py /app/
USER 10001:10001
CMD ["/app/.venv/bin/python", "/app/mail_catcher.py"]

FROM ${PYTHON} AS build
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

FROM ${PYTHON} AS steward
# `steward backup` runs PostgreSQL's own programs, which must be of the server's release: those of this Debian are.
ARG POSTGRES_CLIENT=17
RUN command -v pg_dump || { apt-get update \
    && apt-get install --yes --no-install-recommends "postgresql-client-$POSTGRES_CLIENT" \
    && rm -rf /var/lib/apt/lists/*; }
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin steward \
    && install -d -o steward -g steward /var/lib/steward /var/lib/definitions
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["python", "-m"]
CMD ["services", "--help"]
