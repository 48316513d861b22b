#!/bin/sh
# Put cabin onto this machine, or under DESTDIR for a package: program, models, configuration, systemd's files.
# `make install` calls this with everything in the environment. Running it again changes only what has changed.
set -eu
: "${DESTDIR=}" "${PREFIX:?}" "${DATADIR:?}" "${CONFDIR:?}" "${UNITDIR:?}" "${SYSUSERSDIR:?}" "${TMPFILESDIR:?}"
: "${ADMINUNITDIR:?}" "${BINDIR:?}" "${PYTHON:?}" "${BUILDER:?}" "${WHEELS:?}" "${EXTRAS=}" "${BUDGET=}" "${MODELS:?}"
checkout=$(cd "$(dirname "$0")/../.." && pwd)
MARK=.installed-by-cabin
umask 022

fail() { printf 'error: %s\n' "$1" >&2; [ $# -lt 2 ] || printf '       %s\n' "$2" >&2; exit 2; }
say() { printf '%s\n' "$*"; }

check() {
  for path in "$PREFIX" "$DATADIR" "$CONFDIR" "$UNITDIR"; do
    case $path in /?*) ;; *) fail "not an absolute path: $path" "Write it from / on: PREFIX=/opt/cabin" ;; esac
  done
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "not Python 3.11 or newer: $PYTHON" "make install SERVICE_PYTHON=/usr/bin/python3.11"
  real=$("$PYTHON" -c 'import os, sys; print(os.path.realpath(sys.executable))')
  case $real in
    /root/* | /home/* | /tmp/*) fail "$real is out of the service's sight: it sees no home and no /tmp of others" \
      "Name the system's own: make install SERVICE_PYTHON=/usr/bin/python3" ;;
  esac
  for folder in "$DESTDIR$PREFIX" "$DESTDIR$DATADIR"; do
    if [ -d "$folder" ] && [ ! -e "$folder/$MARK" ] && [ -n "$(ls -A "$folder")" ]; then
      fail "$folder holds what cabin did not put there" "Name an empty folder: PREFIX=, DATADIR="
    fi
  done
  [ -z "$BUDGET" ] || [ -f "$checkout/systemd/budgets/$BUDGET.conf" ] ||
    fail "no budget $BUDGET" "There are: $(cd "$checkout/systemd/budgets" && echo *.conf | sed 's/\.conf//g')"
  for extra in $(echo "$EXTRAS" | tr , ' '); do
    grep -qx "$extra" "$WHEELS/extras.txt" 2>/dev/null ||
      fail "the packages of extra $extra are not in $WHEELS" "rm -f .venv/stamps/wheels; make wheels EXTRAS=$EXTRAS"
  done
  [ -n "$DESTDIR" ] || [ "$(id -u)" = 0 ] || fail "only root can install into $PREFIX" "sudo make install"
}

# What the program is made of, in one number: the same number, and it is left as it is.
fingerprint() {
  {
    "$PYTHON" -VV
    echo "$real $PREFIX $EXTRAS"
    (cd "$WHEELS" && ls)
    (cd "$checkout" && find cabin plugins pyproject.toml constraints.txt -type f ! -name '*.pyc' -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum)
  } | sha256sum | cut -d' ' -f1
}

program() {
  wanted=$(fingerprint)
  target=$DESTDIR$PREFIX
  if [ "$(cat "$target/$MARK" 2>/dev/null)" = "$wanted" ]; then
    say "program      $PREFIX is as it should be"
    return
  fi
  work=$(mktemp -d)
  # From a copy: what an earlier build left in build/ would get into the wheel.
  mkdir "$work/source"
  for part in cabin plugins pyproject.toml README.md LICENSE NOTICE; do cp -R "$checkout/$part" "$work/source/"; done
  find "$work/source" -name __pycache__ -prune -exec rm -rf {} +
  "$BUILDER" -m pip --python "$PYTHON" wheel --quiet --no-index --find-links "$WHEELS" --no-deps \
    --wheel-dir "$work" "$work/source"
  next=$target.new
  rm -rf "$next"
  "$PYTHON" -m venv --without-pip "$next"
  "$BUILDER" -m pip --python "$next/bin/python" install --quiet --no-index --find-links "$WHEELS" --find-links "$work" \
    --no-compile --no-warn-script-location "cabin${EXTRAS:+[$EXTRAS]}"
  # It was made under another name than it will have.
  grep -rlIF "$next" "$next/bin" "$next/pyvenv.cfg" | xargs -r sed -i "s|$next|$PREFIX|g"
  "$next/bin/python" -m compileall -q -j 0 -s "$next" -p "$PREFIX" "$next/lib" >/dev/null || :
  echo "$wanted" >"$next/$MARK"
  rm -rf "$target.old"
  [ ! -e "$target" ] || mv "$target" "$target.old"
  mv "$next" "$target"
  rm -rf "$target.old" "$work"
  say "program      $PREFIX"
}

# A model is replaced whole: whoever opens it sees the old one or the new one.
model() {
  from=$checkout/models/$1 to=$DESTDIR$DATADIR/models/$1
  if diff -rq "$from" "$to" >/dev/null 2>&1; then
    say "model        $1 is as it should be"
    return
  fi
  if [ -L "$to" ]; then
    say "kept         model $1: a version that was put in use; \`cabin models use $from\` takes the one that comes with cabin"
    return
  fi
  rm -rf "$to.new" "$to.old"
  cp -RL "$from" "$to.new"
  [ ! -e "$to" ] || mv "$to" "$to.old"
  mv "$to.new" "$to"
  rm -rf "$to.old"
  say "model        $DATADIR/models/$1"
}

data() {
  install -d "$DESTDIR$DATADIR/models" "$DESTDIR$DATADIR/systemd" "$DESTDIR$DATADIR/docs"
  : >"$DESTDIR$DATADIR/$MARK"
  for name in $MODELS; do
    [ -d "$checkout/models/$name" ] || fail "the model $name is not in $checkout/models" "cabin models get $name"
    model "$name"
  done
  install -m 644 "$checkout/models/models.yaml" "$DESTDIR$DATADIR/models/"
  (cd "$checkout/docs" && find . -name '*.md') | while read -r page; do
    install -D -m 644 "$checkout/docs/$page" "$DESTDIR$DATADIR/docs/$page"
  done
  chmod -R u=rwX,go=rX "$DESTDIR$DATADIR"
}

# As a package manager does it: a file that nobody edited follows the new version, one that was edited stays.
configuration() {
  shipped=$DESTDIR$DATADIR/config
  (cd "$checkout/config" && find . -type f | sed 's|^\./||') | while read -r file; do
    new=$checkout/config/$file own=$DESTDIR$CONFDIR/$file
    if [ ! -e "$own" ] || cmp -s "$own" "$shipped/$file"; then
      install -D -m 644 "$new" "$own"
    elif ! cmp -s "$own" "$new"; then
      say "kept         $CONFDIR/$file, which was edited; the one that comes with cabin: $DATADIR/config/$file"
    fi
    install -D -m 644 "$new" "$shipped/$file"
  done
  say "settings     $CONFDIR"
}

units() {
  for unit in cabin.service cabin.socket; do
    install -d "$DESTDIR$UNITDIR"
    sed -e "s|/opt/cabin|$PREFIX|g" -e "s|/usr/share/cabin|$DATADIR|g" -e "s|/etc/cabin|$CONFDIR|g" \
      "$checkout/systemd/$unit" >"$DESTDIR$UNITDIR/$unit.new"
    chmod 644 "$DESTDIR$UNITDIR/$unit.new"
    mv "$DESTDIR$UNITDIR/$unit.new" "$DESTDIR$UNITDIR/$unit"
  done
  install -D -m 644 "$checkout/systemd/cabin.sysusers" "$DESTDIR$SYSUSERSDIR/cabin.conf"
  install -D -m 644 "$checkout/systemd/cabin.tmpfiles" "$DESTDIR$TMPFILESDIR/cabin.conf"
  install -m 644 "$checkout"/systemd/budgets/*.conf "$DESTDIR$DATADIR/systemd/"
  chosen=$DESTDIR$ADMINUNITDIR/cabin.service.d/50-budget.conf
  if [ -n "$BUDGET" ] || { [ ! -e "$chosen" ] && [ ! -L "$chosen" ]; }; then
    install -d "$(dirname "$chosen")"
    ln -sfn "$DATADIR/systemd/${BUDGET:-headunit}.conf" "$chosen"
  fi
  install -d "$DESTDIR$BINDIR"
  ln -sfn "$PREFIX/bin/cabin" "$DESTDIR$BINDIR/cabin"
  say "service      $UNITDIR/cabin.service, cabin.socket; budget $(basename "$(readlink "$chosen" || echo "$chosen")" .conf)"
}

activate() {
  systemd-sysusers "$SYSUSERSDIR/cabin.conf"
  systemd-tmpfiles --create "$TMPFILESDIR/cabin.conf"
  [ -d /run/systemd/system ] || return 0
  systemctl daemon-reload
  systemctl try-restart cabin.service
}

check
program
data
configuration
units
if [ -z "$DESTDIR" ]; then
  activate
  say "next         systemctl enable --now cabin    and then    $PREFIX/bin/cabin doctor --as-service"
else
  say "next, there  systemd-sysusers; systemd-tmpfiles --create; systemctl daemon-reload; systemctl enable --now cabin"
fi
