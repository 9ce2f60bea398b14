#!/usr/bin/env bash
# What action.yml runs: `action.sh digest` names this program for the cache, `action.sh score` installs
# it, if it is not there, and scores. Inputs come as variables, never as part of a command.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$1" = digest ]; then
    digest=$(find compiled moderation models/default hatch_build.py pyproject.toml requirements-dev.txt -type f \
        ! -name '*.pyc' ! -name '_compiled.so*' -print0 | LC_ALL=C sort -z | xargs -0 cat | cksum | tr ' ' -)
    echo "digest=$digest" >>"$GITHUB_OUTPUT"
    exit
fi

options=("--labels=$MODERATION_LABELS" "--threshold=$MODERATION_THRESHOLD" "--exempt=$MODERATION_EXEMPT"
    "--model=$MODERATION_MODEL")

if [ -n "$MODERATION_IMAGE" ]; then
    exec docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --user "$(id -u):$(id -g)" \
        -e GITHUB_TOKEN -e GITHUB_GRAPHQL_URL -e MODERATION_MINIMIZE \
        -e GITHUB_EVENT_PATH=/run/event.json -v "$GITHUB_EVENT_PATH:/run/event.json:ro" \
        -e GITHUB_STEP_SUMMARY=/run/summary -v "$GITHUB_STEP_SUMMARY:/run/summary" \
        -e GITHUB_OUTPUT=/run/output -v "$GITHUB_OUTPUT:/run/output" \
        -v "$GITHUB_WORKSPACE:/data:ro" "$MODERATION_IMAGE" github "${options[@]}"
fi

bin="$HOME/.moderation/bin"
if [ ! -x "$bin/moderation" ]; then
    python3 -m venv "$HOME/.moderation"
    "$bin/pip" install -q --disable-pip-version-check -c requirements-dev.txt .
fi
cd "$GITHUB_WORKSPACE"
exec "$bin/moderation" github "${options[@]}"
