#!/usr/bin/env bash
# models/make.sh MODEL DATA   makes a model of this folder again: eresfd, eresfd-10, eresfd-30 or eresfd-50.
# The images in DATA: see README.md beside this file. Runs lie in runs/models; what was stopped goes on.
set -euo pipefail

model=${1-} data=${2-}
[[ $model =~ ^eresfd(-[135]0)?$ && -d $data ]] || {
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
run train eresfd-640 eresfd --from runs/models/eresfd-320/last.safetensors --lr 0.0003 --epochs 4 --val-every 0
run train eresfd eresfd --from runs/models/eresfd-640/last.safetensors --lr 0.0005 --epochs 10 --seed 1 --val-every 0
made=runs/models/eresfd/last.safetensors
if [[ $model != eresfd ]]; then
  run prune "$model-320" "$made" --rate "0.${model#eresfd-}" --imgsz 320 --epochs 6 --finetune-epochs 4 --val-every 0
  run train "$model" eresfd --from "runs/models/$model-320/last.safetensors" --lr 0.0005 --epochs 5 --val-every 0
  made=runs/models/$model.safetensors
  ./run compact "runs/models/$model/last.safetensors" --force --out "$made"
fi
./run import "$made" --licence MIT --force --out "models/$model.safetensors"
