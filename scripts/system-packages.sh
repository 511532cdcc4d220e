#!/usr/bin/env bash
# Installs what pip cannot: `run` needs venv and libusb, `test` also a browser, PostgreSQL, Chinese screen fonts, PDF tools,
# and on Debian what the virtual village PC is built with (tests/virtual_pc).
# Uses apt-get where it may (root, or sudo without a password); otherwise says plainly what is missing.
set -euo pipefail

missing=()
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
ldconfig -p | grep -q libusb-1.0.so.0 || missing+=(libusb-1.0-0)  # pyusb asks the USB bus through it
if [ "${1:-run}" = test ]; then
  # Ubuntu's chromium package is only a pointer to a snap; there `make test` lets Playwright bring its own browser.
  [ -x /usr/bin/chromium ] || grep -q '^ID=ubuntu' /etc/os-release || missing+=(chromium)
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  # the program that drives the browser is linked against it
  ldconfig -p | grep -q libatomic.so.1 || missing+=(libatomic1)
  command -v umockdev-run >/dev/null && command -v ippeveprinter >/dev/null || missing+=(umockdev cups cups-ipp-utils cups-client cups-filters avahi-daemon dbus)
  command -v pdftoppm >/dev/null || missing+=(poppler-utils)
  if grep -q '^ID=debian' /etc/os-release && [ "$(uname -m)" = x86_64 ]; then
    command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
    command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
    command -v cpio >/dev/null || missing+=(cpio)
    [ -x /bin/busybox ] || missing+=(busybox-static)
    [ -x /sbin/mke2fs ] || missing+=(e2fsprogs)
  fi
  fc-list ':lang=zh' 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk fontconfig)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

echo "installing: ${missing[*]}"
if [ "$(id -u)" = 0 ]; then
  apt=(apt-get)
elif sudo -n true 2>/dev/null; then
  apt=(sudo -n apt-get)
else
  echo "cannot install without root; please run: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${apt[@]}" update -qq
"${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
