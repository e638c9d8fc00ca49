# syntax=docker/dockerfile:1
# One image for every part of Viva; which part a container is, its command says (compose.yaml, deploy/helm/viva).
# `./viva install` takes the steps that `./viva up` takes before it serves: the environment that uv.lock names, and the front end.

FROM python:3.11-slim-bookworm AS build
WORKDIR /viva
COPY . .
RUN ./viva install --cluster \
 && PYTHONPYCACHEPREFIX=/viva/.tools/compiled .venv/bin/python -m compileall -q -j 0 ml webapp celery_worker.py .venv/lib \
 && rm -rf node_modules .tools/uv-* .git

FROM python:3.11-slim-bookworm
# What PDFs are laid out with, and a typeface for them.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin viva \
 && install -d -o viva -g viva -m 0700 /data
COPY --from=build /viva /viva
WORKDIR /viva
ENV PATH=/viva/.venv/bin:$PATH \
    PYTHONPATH=/viva \
    PYTHONPYCACHEPREFIX=/viva/.tools/compiled \
    PYTHONUNBUFFERED=1 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    HOME=/tmp \
    VIVA_HOME=/data
USER 10001
VOLUME /data
EXPOSE 8000 8001
CMD ["python", "-P", "-m", "webapp.core.server", "--listen", "0.0.0.0:8000"]
