# shellcheck shell=bash
# What the scripts share. Sourced, never run: `. "$(dirname "${BASH_SOURCE[0]}")/ground.sh"`.
# Leaves the caller in the project's folder, with ROOT set.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BIN="$ROOT/.venv/bin"
cd "$ROOT"
export PYTHONUTF8=1

say() { printf '%s\n' "$*" >&2; }

# One sentence, with the command that mends it.
die() { say "$*"; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then echo "$*"; else echo "sudo $*"; fi; }

now() { date +%s%N; }

# Seconds since a reading of `now`, such as 12.3.
since() { local tenths=$((($(now) - $1) / 100000000)); printf '%d.%d' $((tenths / 10)) $((tenths % 10)); }

# The first Python that is new enough; its path goes to standard output.
find_python() {
  local name found=""
  for name in python3 python3.13 python3.12 python3.11 python3.14; do
    command -v "$name" >/dev/null 2>&1 || continue
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
    found=${found:-$("$name" --version 2>/dev/null || true)}
  done
  die "Kheo needs Python 3.11 or newer${found:+ (found $found)}: $(as_root apt-get install python3 python3-venv)"
}

# An environment knows its own folder, its lock file and its Python; when one changes, so does this line.
environment_stamp() {
  printf '%s %s %s' "$ROOT" \
    "$(cat "requirements/$1.txt" pyproject.toml | sha256sum | cut -d' ' -f1)" \
    "$("$BIN/python" -c 'import sys; print(sys.version.split()[0])' 2>/dev/null)"
}

# ensure_environment base|dev: makes .venv and installs the locked dependencies, when that isn't done yet.
# What `dev` holds includes `base`, so an environment for development serves both.
ensure_environment() {
  local want=$1 python started
  [ ! -f .venv/ready-dev ] || want=dev
  if [ -x "$BIN/kheo" ] && [ "$(cat ".venv/ready-$want" 2>/dev/null)" = "$(environment_stamp "$want")" ]; then
    return
  fi
  started=$(now)
  # A folder that was moved, or whose Python has gone, can't be mended in place.
  if [ -d .venv ] && ! { "$BIN/python" -c '' 2>/dev/null && grep -qsF "$ROOT/.venv" .venv/bin/activate; }; then
    rm -rf .venv
  fi
  rm -f .venv/ready-*
  if ! [ -x "$BIN/python" ] || ! "$BIN/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
      die "Python's venv module is missing: $(as_root apt-get install python3-venv)"
    rm -rf .venv
    say "Making a virtual environment in .venv with $("$python" --version)."
    "$python" -m venv .venv || { rm -rf .venv; die "No virtual environment could be made in $ROOT/.venv."; }
  fi
  install_locked "requirements/$want.txt"
  "$BIN/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
    >.venv/install.log 2>&1 || failed_install
  environment_stamp "$want" >".venv/ready-$want"
  say "The environment is ready ($(since "$started") s)."
}

install_locked() {
  local total
  total=$(grep -cE '^[a-zA-Z0-9]' "$1")
  say "Installing $total locked packages."
  # Wheels only: nothing is compiled, so no compiler is asked for and no package's build script is run.
  if "$BIN/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
    --require-hashes --only-binary :all: -r "$1" 2>&1 |
    tee .venv/install.log | show_progress "$total"; then
    return
  fi
  failed_install
}

# Counts pip's packages on a terminal; elsewhere stays silent.
show_progress() {
  if [ -t 2 ]; then
    awk -v total="$1" '/^(Collecting|Requirement already satisfied)/ { n++; printf "\r  %d of %d", n, total > "/dev/stderr" }
      /^Installing collected/ { printf "\r  unpacking …          " > "/dev/stderr" }
      END { printf "\r                       \r" > "/dev/stderr" }'
  else
    cat >/dev/null
  fi
}

failed_install() {
  tail -n 4 .venv/install.log >&2
  die "The packages could not be installed. Is a package index reachable from here? All of pip's words: .venv/install.log"
}

# ensure_build [--tests]: fonts, the phone's app, static files and compiled translations, with what only tests use.
# They are built again only when something they are made from changed; asking Django itself would cost a second at
# every start.
ensure_build() {
  local stamp started want
  want=$(
    {
      cat requirements/base.txt package-lock.json
      find kheo -not -name '*.mo' -not -name '*.pyc' -type f \
        \( -path '*/static/*' -o -path '*/locale/*' -o -path 'kheo/ui/*' -o -path 'kheo/offline/app/*' \) -printf '%p %T@ %s\n' | LC_ALL=C sort
    } | sha256sum | cut -d' ' -f1
  )
  stamp="$ROOT/build/.made-from$*"
  [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && return
  started=$(now)
  say "Building fonts, styles and translations."
  "$BIN/kheo" build "$@" >&2
  mkdir -p build
  printf '%s' "$want" >"$stamp"
  say "They are built ($(since "$started") s)."
}

DURATIONS=()

# stage NAME COMMAND…: runs it and remembers how long it took.
stage() {
  local name=$1 started status=0
  shift
  say "── $name"
  started=$(now)
  "$@" || status=$?
  DURATIONS+=("$(printf '%8s s  %s%s' "$(since "$started")" "$name" "$([ $status = 0 ] || echo "  FAILED")")")
  return $status
}

print_durations() {
  local line
  for line in "${DURATIONS[@]}"; do say "$line"; done
}
