# docker build -t moderation . ; docs/container.md says how to run it.
# BASE: any image of Debian's kind (glibc) with Python 3.11 or newer and its module venv.
ARG BASE=docker.io/library/python:3.13-slim
FROM ${BASE} AS build
WORKDIR /src
COPY . .
# Versions are those that the tests ran with. No compiler is needed in the image: pip fetches one.
RUN python3 -m venv /opt/moderation \
 && /opt/moderation/bin/pip install --no-cache-dir --disable-pip-version-check -c requirements-dev.txt . \
 && /opt/moderation/bin/python -m pip uninstall -q -y pip

FROM ${BASE}
COPY --from=build /opt/moderation /opt/moderation
# Nobody in particular: the user's number owns nothing but what it is given.
RUN mkdir /data && chown 10001:10001 /data \
 && ln -s /opt/moderation/bin/moderation /usr/local/bin/moderation
ENV HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
VOLUME /data
WORKDIR /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["/opt/moderation/bin/python", "-m", "moderation.review.health"]
ENTRYPOINT ["moderation"]
CMD ["--help"]
