#!/usr/bin/env bash
# models/make.sh MODEL DATA   makes a model of this folder again.
# The images in DATA: see README.md beside this file. Runs lie in runs/models; what was stopped goes on.
set -euo pipefail

model=${1-} data=${2-}
[[ $model =~ ^eresfd$ && -d $data ]] || {
  sed -n '2,3s/^# //p' "$0" >&2
  exit 2
}
data=$(realpath "$data")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# run KIND NAME ARGUMENTS...: a run of that name, begun or gone on with.
run() {
  local kind=$1 name=$2
  shift 2
  if [[ -d runs/models/$name ]]; then
    ./run "$kind" --resume "runs/models/$name"
  else
    ./run "$kind" "$@" --data "$data" --out runs/models --name "$name"
  fi
}

run train eresfd-320 eresfd --imgsz 320 --epochs 75 --val-every 25
run train eresfd eresfd --from runs/models/eresfd-320/last.safetensors --lr 0.0003 --epochs 4 --val-every 0
./run import "runs/models/$model/last.safetensors" --licence MIT --force --out "models/$model.safetensors"
