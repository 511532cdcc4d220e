#!/bin/sh
# First steps of the virtual village PC: the disk stays as it was built, everything written goes into memory.
mount -t devtmpfs devtmpfs /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
while read -r module; do insmod "/modules/$module"; done < /modules/order
while [ ! -b /dev/vda ]; do sleep 0.05; done
mount -t ext4 -o ro /dev/vda /disk
mount -t tmpfs tmpfs /memory
mkdir /memory/written /memory/work
mount -t overlay -o lowerdir=/disk,upperdir=/memory/written,workdir=/memory/work overlay /root
for place in dev proc sys; do mount --move "/$place" "/root/$place"; done
exec switch_root /root /sbin/village-pc-init
