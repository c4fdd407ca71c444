# One image for web, worker, scheduler and migration; docker-compose.yml says which command each runs.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements/base.txt requirements/base.txt
# Ready-made packages only, and only those whose hash is known: no compiler, no surprise.
RUN pip install --require-hashes --only-binary=:all: --requirement requirements/base.txt
COPY . .
# The root file system is read-only where this runs: everything that would be written is made here.
RUN VAR_DIR=/tmp/build DJANGO_SETTINGS_MODULE=integrity.settings.build \
    python manage.py collectstatic --noinput \
    && python -m integrity.catalogues \
    && python -m compileall -q integrity cases policies notifications \
    && rm -rf /tmp/build

FROM python:3.11.14-slim-bookworm
RUN groupadd --system --gid 10001 integrity \
    && useradd --system --uid 10001 --gid integrity --no-create-home --home-dir /nonexistent integrity \
    && install -d -o integrity -g integrity -m 0700 /var/lib/integrity /var/lib/integrity/evidence
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=integrity.settings.production \
    VAR_DIR=/tmp/integrity \
    EVIDENCE_ROOT=/var/lib/integrity/evidence \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "integrity.probe", "web"]
CMD ["granian", "--interface", "wsgi", "--no-ws", "integrity.wsgi:application"]
