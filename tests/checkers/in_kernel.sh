#!/usr/bin/env bash
# in_kernel.sh BUILD-DIR MODULE...
#
# Runs modules of tests/e2e, and the unit tests of what writes to pipes, under the distribution's kernel in an emulated
# machine: root of a whole cgroup v2 hierarchy, whatever controllers the machine here has, and the pipes of another kernel. It
# takes no privilege, no KVM and no disk: the system is an initramfs of this one's programs. KERNEL names another image.
set -euo pipefail

build=$(realpath "$1")
source=$(realpath "$(dirname "$0")/../..")
shift
readonly build source modules="$*"
# Where they are in the machine, whose /tmp is its own.
readonly source_there=/oversee build_there=/oversee/build
readonly programs=(python3 dash bash sleep cat head tail echo awk true false ls mkdir rm cp yes tee timeout env id kill setsid
  unshare nohup stty ps sort wc touch chmod ln grep sed seq tr find xargs mkfifo mount umount)

work=$(mktemp -d "${TMPDIR:-/tmp}/oversee-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
readonly work root

# The image alone: it is not installed.
fetch_kernel() {
  local package
  package=$(apt-cache depends linux-image-cloud-amd64 linux-image-virtual 2>/dev/null | awk '/Depends: linux-image-/ { print $2; exit }')
  [ -n "$package" ] || { echo "in_kernel.sh: apt knows no kernel for virtual machines; name one in KERNEL" >&2; return 1; }
  mkdir -m 777 "$work/kernel"
  (cd "$work/kernel" && apt-get download "$package" >&2 && dpkg-deb -x ./*.deb .)
  find "$work/kernel/boot" -name 'vmlinuz-*'
}

# Programs or libraries, with what they are linked to.
with_libraries() {
  local file library
  for file in "$@"; do
    ldd "$file" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
      mkdir -p "$root$(dirname "$library")"
      cp -nL "$library" "$root$library"
    done || true
  done
}

make_root() {
  mkdir -p "$root"/{bin,usr/bin,usr/lib,proc,sys,dev,etc,root,run} "$root$build_there/tests"
  mkdir -m 1777 "$root/tmp"
  local program found stdlib
  for program in "${programs[@]}"; do
    found=$(PATH=/usr/bin:/bin type -P "$program")
    cp -L "$found" "$root/usr/bin/$program"
    ln -s "/usr/bin/$program" "$root/bin/$program"
    with_libraries "$found"
  done
  cp "$(type -P busybox)" "$root/bin/busybox"
  ln -s dash "$root/usr/bin/sh"
  ln -s dash "$root/bin/sh"
  stdlib=$(/usr/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
  mkdir -p "$root$stdlib" "$root/usr/lib/python3"
  tar -C "$stdlib" --exclude=./test --exclude=./idlelib --exclude='./config-*' --exclude=__pycache__ -c . | tar -C "$root$stdlib" -x
  cp -a /usr/lib/python3/dist-packages "$root/usr/lib/python3/"
  mapfile -t found < <(find "$stdlib/lib-dynload" -name '*.so')
  with_libraries "${found[@]}"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  cp -a "$source/tests" "$source/docs" "$source/src" "$root$source_there/"
  cp -L "$build/oversee" "$root$build_there/"
  (cd "$build/tests" && find helpers without faults unit -maxdepth 1 -type f -perm -100) | while read -r found; do
    mkdir -p "$root$build_there/tests/$(dirname "$found")"
    cp "$build/tests/$found" "$root$build_there/tests/$found"
    with_libraries "$build/tests/$found"
  done
}

# The first process: the machine goes when it does.
write_init() {
  cat >"$root/init" <<TEXT
#!/bin/busybox sh
mount() { /bin/busybox mount -t "\$@"; }
mount proc proc /proc; mount sysfs sys /sys; mount devtmpfs dev /dev; mount tmpfs -o mode=1777 tmpfs /tmp
echo 1 >/proc/sys/kernel/printk
mkdir -p /dev/pts /dev/shm
mount devpts -o ptmxmode=666 devpts /dev/pts; mount tmpfs -o mode=1777 tmpfs /dev/shm; mount cgroup2 cgroup2 /sys/fs/cgroup
ln -s /proc/self/fd /dev/fd; ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr
export PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb PYTHONDONTWRITEBYTECODE=1
export EMULATED=true OVERSEE=$build_there/oversee HELPERS=$build_there/tests/helpers SOURCE_ROOT=$source_there
export OVERSEE_WITHOUT=$build_there/tests/without/oversee-without FAILING_READS=$build_there/tests/faults/oversee-failing-reads
cd $build_there
echo "Linux \$(/bin/busybox uname -r), controllers \$(cat /sys/fs/cgroup/cgroup.controllers)"
status=0
tests/unit/unit-tests --no-colors --source-file='*/uv/*' || status=1
for module in $modules; do
  echo "\$module:"
  python3 $source_there/tests/e2e/test_\$module.py || status=1
done
echo "in_kernel.sh: status \$status"
/bin/busybox poweroff -f
TEXT
  chmod +x "$root/init"
}

kernel=${KERNEL:-$(fetch_kernel)}
make_root
write_init
(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initramfs"
timeout --kill-after=5 1800 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 3G -smp 2 -nographic -no-reboot \
  -nic none -kernel "$kernel" -initrd "$work/initramfs" -append 'console=ttyS0 quiet panic=1' </dev/null |
  tr -d '\r' | sed -n -u '/Linux .*, controllers /,$ { s/^.*Linux /Linux /; p }' | tee "$work/said"
grep -q '^in_kernel.sh: status 0$' "$work/said"
