#!/bin/sh
# Process 1 of the virtual village PC: brings up what a desktop's init would, then waits for the agent.
# The shell stays, so that processes whose parent has ended are taken care of.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
for place in /run /tmp; do mount -t tmpfs tmpfs "$place"; done
mkdir -p /dev/pts /dev/shm /run/lock /host
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
hostname village-pc
/lib/systemd/systemd-udevd --daemon
udevadm trigger --type=subsystems --action=add
udevadm trigger --type=devices --action=add
for module in virtio_console virtio_net 9pnet_virtio 9p uvcvideo usblp; do modprobe "$module"; done
udevadm settle
ip link set lo up
ip link set eth0 up
ip address add 10.0.2.15/24 dev eth0
ip link set eth1 up
ip address add 10.0.3.15/24 dev eth1
python3 /usr/local/lib/village-pc/agent.py
echo "the agent has ended" > /dev/console
while :; do sleep 3600; done
