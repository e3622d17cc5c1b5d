#!/bin/sh
# Brings a running Xtablo to another release, forward or back, while people work on it:
#
#   deploy/upgrade.sh 0.2.0
#
# For the web and then the worker, containers of the new release start beside those of the old one, and when they are well
# the old ones end what they have under way and go. Caddy sends each request to whoever takes it. The first new web process
# brings the database to the new schema, which serves the release before it, too: so going back is the same with the old
# TAG. When the new containers do not become well they are removed, and the old ones stay.
#
# ENGINE=podman takes podman and podman-compose. ENV_FILE names another file than .env.prod.
set -eu

tag=${1:?'Which release? deploy/upgrade.sh TAG'}
engine=${ENGINE:-docker}
env_file=$(realpath "${ENV_FILE:-.env.prod}")
project=${COMPOSE_PROJECT_NAME:-xtablo}
file=$(dirname "$(realpath "$0")")/compose.prod.yaml
said=$(mktemp)
trap 'rm -f "$said"' EXIT
[ -f "$env_file" ] || { echo "$env_file is missing: set ENV_FILE." >&2; exit 1; }

# Brings so many containers of a service up, those that run among them.
start() {
  replicas=$(echo "$1" | tr a-z A-Z)_REPLICAS=$2
  set -- up -d --no-deps --no-recreate "$1"
  if [ "$engine" = docker ]; then
    env "TAG=$tag" "$replicas" docker compose -p "$project" -f "$file" --env-file "$env_file" "$@"
  else
    # Not every podman-compose reads --env-file.
    (set -a && . "$env_file" && exec env "TAG=$tag" "$replicas" podman-compose -p "$project" -f "$file" "$@")
  fi
}

# Not those of `docker compose run`, such as one that makes a backup at this moment.
containers() {
  set -- --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1"
  [ "$engine" != docker ] || set -- "$@" --filter label=com.docker.compose.oneoff=False
  "$engine" ps -q "$@"
}

well() {
  tries=0
  until "$engine" exec "$1" xtablo healthcheck >"$said" 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || return 1
    sleep 2
  done
}

roll() {
  old=$(containers "$1")
  count=$(echo "$old" | grep -c .) || { echo "No $1 runs here: start it by compose … up -d." >&2; exit 1; }
  start "$1" $((2 * count)) >"$said" 2>&1 || { cat "$said" >&2; exit 1; }
  new=$(containers "$1" | grep -vxF "$old") || { cat "$said" >&2; exit 1; }
  for container in $new; do
    well "$container" && continue
    { echo "The $1 of $tag does not become well, and is removed:"; cat "$said"; "$engine" logs --tail 20 "$container"; } >&2
    "$engine" rm -f $new >/dev/null
    exit 1
  done
  for container in $old; do
    name=$("$engine" inspect --format '{{.Name}}' "$container")
    "$engine" stop -t 15 "$container" >/dev/null
    "$engine" rm "$container" >/dev/null
    # podman-compose knows its containers by their names.
    "$engine" rename "${new%%[!0-9a-f]*}" "${name#/}"
    new=$(echo "$new" | tail -n +2)
  done
  echo "$1: $tag"
}

roll web
roll worker
sed -i "s|^TAG=.*|TAG=$tag|" "$env_file"
