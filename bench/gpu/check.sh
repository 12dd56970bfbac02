#!/usr/bin/env bash
# bench/gpu/check.sh [DEVICE] [OUT]: checks the GPU backend on a machine with a card, without .NET: what tests say, whether runs that are killed go on,
# and what steps cost, beside PyTorch where python3 has it. Prints Markdown, the summary last, and keeps it as OUT.
# DEVICE is cuda, opencl or emulator; the last two are for checking this script, at tiny sizes. Needs .device/secateur.tgz (bench/gpu/pack.sh).
# SECATEUR_CHECK_SECONDS says after how many seconds nothing more begins.
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
device=${1:-cuda}
deadline=${SECATEUR_CHECK_SECONDS:-290}
bin=$root/.device/secateur
work=$(mktemp -d)
data=$work/data
trap 'rm -rf "$work"' EXIT
source "$root/bench/gpu/parts.sh"
source "$root/bench/gpu/kills.sh"

case $device in
  cuda*) full=1 kills=20 limit=45 table=--kernels ;;
  opencl*) full=0 kills=2 limit=45 table=--kernels size=128 ;;
  # A step takes it a minute: no time for kills, nor for kernels one by one.
  emulator) full=0 kills=0 limit=600 table='' size=64 deadline=${SECATEUR_CHECK_SECONDS:-900} ;;
  *) fail "DEVICE is '$device'; expected cuda, opencl or emulator" ;;
esac
[[ -f $bin.tgz || -d $bin ]] || fail "$bin.tgz is missing: run bench/gpu/pack.sh where there is an SDK"
if [[ ! -d $bin || $bin.tgz -nt $bin ]]; then
  # Whole or not at all.
  rm -rf "$bin" "$bin.new"
  mkdir "$bin.new"
  tar xzmf "$bin.tgz" -C "$bin.new"
  mv "$bin.new/secateur" "$bin"
  rmdir "$bin.new"
fi

export DOTNET_EnableDiagnostics=0 SECATEUR_TEST_DEVICE=${device%%:*}
model=$(command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -1) || model=
[[ $device == cuda* && -n $model ]] || model=$device
out=${2:-$root/bench/results/gpu/$(tr -cs 'A-Za-z0-9\n' - <<<"$model")/$(date -u +%Y%m%d-%H%M%S).md}
mkdir -p "$(dirname "$out")"

# Tests of what is the same on every device, and of the emulator, are for machines with an SDK.
tests() {
  if ((full)); then "$bin/Secateur.Gpu.Tests" -Emulator -emulator -Compiles_for_cuda
  else "$bin/Secateur.Gpu.Tests" DeviceOptimizerTests DeviceTests; fi
}

# NAME NETWORK BATCH SIZE STEPS MORE...: whole steps, and the table of kernels.
ours() {
  local name=$1 network=$2 batch=$3 size=$4 steps=$5
  shift 5
  part "$name" "$limit" "$network, batch $batch at $size x $size${*:+, $*}" markdown \
    "$bin/Secateur.Bench" training "$network" --device "$device" --batch "$batch" --imgsz "$size" --steps "$steps" --data "$data" ${table:+"$table"} "$@"
}

# NAME NETWORK BATCH MORE...: the same in PyTorch.
theirs() {
  local name=$1 network=$2 batch=$3
  shift 3
  part "$name" 60 "PyTorch: $network, batch $batch, $*" text \
    python3 "$root/bench/pytorch_training_step.py" "$network" --device cuda --batch "$batch" --steps 20 "$@"
}

steps() {
  if ((!full)); then
    ours eresfd eresfd 2 "$size" 1
    return
  fi
  ours eresfd eresfd 16 640 30
  ours eresfd64 eresfd 64 640 20 --precision tf32
  ours extd64 extd64 16 640 15
  ours extd64-tf32 extd64 16 640 15 --precision tf32
}

# The same in PyTorch.
peer() {
  if ! timeout 60 python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
    echo "No PyTorch with CUDA here: nothing to compare with."
    return
  fi
  theirs torch-eresfd eresfd 16 --graph
  theirs torch-eresfd64 eresfd 64 --precision tf32 --graph
  theirs torch-extd64 extd64 16
  theirs torch-extd64-tf32 extd64 16 --precision tf32
}

summary() {
  printf '\n## Summary\n\n'
  ((full)) || printf 'Tiny sizes, to check this script: the numbers say nothing about %s.\n\n' "$device"
  printf '| work | ours | PyTorch | ratio | target |\n|---|---:|---:|---:|---:|\n'
  row "EResFD, batch 16, fp32, images/s" "$(images_per_second eresfd)" "$(images_per_second torch-eresfd)" 3000
  row "EResFD, batch 64, tf32, images/s" "$(images_per_second eresfd64)" "$(images_per_second torch-eresfd64)" 5000
  row "EXTD-64, batch 16, fp32, images/s" "$(images_per_second extd64)" "$(images_per_second torch-extd64)" 300
  row "EXTD-64, batch 16, tf32, images/s" "$(images_per_second extd64-tf32)" "$(images_per_second torch-extd64-tf32)" 600
  row "EXTD-64, batch 16, memory of the plan, GiB" "$(own_memory extd64)" "$(memory torch-extd64)" 8
  row "EResFD, start to first step, s" "$(first_step eresfd)" "" 5
  printf '\nOurs: the mean of whole steps, with files, augmentation and multi-box loss. PyTorch: the median of steps on noise that is there, with a simple loss; EResFD as a\n'
  printf 'CUDA graph; its memory is the peak of all that it has allocated.\n\n'
  cat "$work/verdicts"
}

main() {
  echo "# GPU backend on $model"
  printf '\n%s, commit %s\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(<"$bin/commit")"
  part devices 30 "Devices" text "$bin/secateur" devices
  part tests 120 "Tests" text tests
  part draw 60 "Data to train on" text "$bin/Secateur.Bench" draw "$data" --images "$( ((full)) && echo 64 || echo 8)"
  if ((kills)); then part kills 120 "Runs that are killed" text kill_runs; fi
  steps
  if ((full)); then peer; fi
  summary
  printf '\n%d s in all\n' "$SECONDS"
  ! grep -qE ': (FAILED|STOPPED|LEFT OUT)' "$work/verdicts"
}

main 2>&1 | tee "$out"
