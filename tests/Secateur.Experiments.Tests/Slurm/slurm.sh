#!/usr/bin/env bash
# A Slurm of one machine, without accounting and systemd, for tests. Needs root and Debian's slurm-wlm and munge.
#   slurm.sh start DIR    starts it; then SLURM_CONF=DIR/slurm.conf
#   slurm.sh stop DIR     stops it
set -euo pipefail

command=$1
dir=$(realpath -m "$2")

start() {
  mkdir -p "$dir/state" "$dir/spool"
  local host cpus
  host=$(hostname -s)
  cpus=$(nproc)
  cat >"$dir/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
SchedulerParameters=sched_interval=2,batch_sched_delay=0,sched_min_interval=100000,defer
DependencyParameters=kill_invalid_depend
InactiveLimit=0
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
  export SLURM_CONF=$dir/slurm.conf
  if ! munge -n >/dev/null 2>&1; then
    install -d -o munge -g munge -m 755 /run/munge
    runuser -u munge -- /usr/sbin/munged
    touch "$dir/munge.ours"
  fi
  /usr/sbin/slurmctld
  /usr/sbin/slurmd
  for _ in $(seq 60); do
    [[ $(sinfo -h -o %T 2>/dev/null || true) == idle ]] && return
    sleep 0.5
  done
  tail -n 20 "$dir"/slurmctld.log "$dir"/slurmd.log >&2
  echo "slurm.sh: the node did not become idle" >&2
  exit 1
}

stop() {
  export SLURM_CONF=$dir/slurm.conf
  scancel --user=root 2>/dev/null || true
  local daemon pid
  for daemon in slurmd slurmctld; do
    [[ -f $dir/$daemon.pid ]] || continue
    pid=$(cat "$dir/$daemon.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 60); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.5
    done
  done
  if [[ -f $dir/munge.ours ]]; then pkill -u munge -x munged || true; fi
}

"$command"
