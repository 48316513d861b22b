#!/bin/sh
# Take cabin off this machine, or out of DESTDIR. Configuration, state and the user who owns it stay unless PURGE=1.
# `make uninstall` calls this with everything in the environment. What is not there is no error.
set -eu
: "${DESTDIR=}" "${PREFIX:?}" "${DATADIR:?}" "${CONFDIR:?}" "${UNITDIR:?}" "${SYSUSERSDIR:?}" "${TMPFILESDIR:?}"
: "${ADMINUNITDIR:?}" "${BINDIR:?}" "${PURGE=}"
MARK=.installed-by-cabin

fail() { printf 'error: %s\n' "$1" >&2; [ $# -lt 2 ] || printf '       %s\n' "$2" >&2; exit 2; }

for folder in "$DESTDIR$PREFIX" "$DESTDIR$DATADIR"; do
  [ ! -e "$folder" ] || [ -e "$folder/$MARK" ] || fail "$folder was not put there by cabin; it is left as it is" \
    "Give uninstall the PREFIX= and DATADIR= that install had."
done
[ -n "$DESTDIR" ] || [ "$(id -u)" = 0 ] || fail "only root can uninstall $PREFIX" "sudo make uninstall"

is_live() { [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; }

if is_live; then
  systemctl disable --quiet --now cabin.service cabin.socket 2>/dev/null || :
  systemctl reset-failed cabin.service cabin.socket 2>/dev/null || :
fi
rm -f "$DESTDIR$UNITDIR/cabin.service" "$DESTDIR$UNITDIR/cabin.socket" \
  "$DESTDIR$SYSUSERSDIR/cabin.conf" "$DESTDIR$TMPFILESDIR/cabin.conf"
[ "$(readlink "$DESTDIR$BINDIR/cabin")" != "$PREFIX/bin/cabin" ] || rm -f "$DESTDIR$BINDIR/cabin"
chosen=$DESTDIR$ADMINUNITDIR/cabin.service.d/50-budget.conf
[ ! -L "$chosen" ] || rm -f "$chosen"
rmdir "$DESTDIR$ADMINUNITDIR/cabin.service.d" 2>/dev/null || :
rm -rf "$DESTDIR$PREFIX" "$DESTDIR$DATADIR" "$DESTDIR/run/cabin" "$DESTDIR/var/cache/cabin"
if [ -n "$PURGE" ]; then
  rm -rf "$DESTDIR$CONFDIR" "$DESTDIR/var/lib/cabin" \
    "$DESTDIR$ADMINUNITDIR/cabin.service.d" "$DESTDIR$ADMINUNITDIR/cabin.socket.d"
  if [ -z "$DESTDIR" ] && getent passwd cabin >/dev/null; then
    userdel cabin
  fi
  if [ -z "$DESTDIR" ] && getent group cabin >/dev/null; then
    groupdel cabin
  fi
else
  echo "kept: $CONFDIR and /var/lib/cabin with their user cabin; make uninstall PURGE=1 removes them too"
fi
if is_live; then
  systemctl daemon-reload
fi
