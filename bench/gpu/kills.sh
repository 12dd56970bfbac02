# Runs that are killed at random moments and go on, against one that nobody disturbs. For check.sh, which sets $bin, $device, $work and $kills.

# RUN: a digest of the last model's tensors, without the header, which may tell where they came from.
digest() {
  local model=$work/runs/$1/last.safetensors header
  header=$(od -An -t u8 -N 8 "$model" | tr -d ' ')
  tail -c +$((9 + header)) "$model" | sha256sum
}

# RUN: whether it ended as the whole one.
same() {
  [[ $(digest "$1") == "$(digest whole)" ]] || {
    echo "the last model of $1 differs from that of whole"
    return 1
  }
}

# RUN: sets $command, which begins it, or goes on with it where it has a folder already.
command_for() {
  if [[ -d $work/runs/$1 ]]; then command=(train --resume "$work/runs/$1")
  else command=(train eresfd --imgsz 128 --batch 4 --epochs 2 --val-every 0 --seed 3 --out "$work/runs" --name "$1"); fi
  command=("$bin/secateur" "${command[@]}" --data "$work/few" --device "$device" --save-every 0)
}

# RUN: to its end; prints what it said if it fails.
finish() {
  command_for "$1"
  "${command[@]}" >"$work/train.log" 2>&1 || {
    tail -20 "$work/train.log"
    return 1
  }
}

kill_runs() {
  "$bin/Secateur.Bench" draw "$work/few" --images 24 --width 200 --height 160
  local command start took run=1 killed=0 round pid wait_ms status
  finish whole
  start=$(date +%s%N)
  finish again
  took=$((($(date +%s%N) - start) / 1000000))
  same again
  echo "two runs are the same to the last bit; each takes $took ms"

  for ((round = 1; round <= kills; round++)); do
    command_for "killed-$run"
    "${command[@]}" >"$work/train.log" 2>&1 &
    pid=$!
    wait_ms=$((RANDOM * took / 32768))
    sleep "$(printf '%d.%03d' $((wait_ms / 1000)) $((wait_ms % 1000)))"
    kill -9 "$pid" 2>/dev/null || true
    status=0
    wait "$pid" 2>/dev/null || status=$?
    if ((status == 137)); then
      killed=$((killed + 1))
      continue
    fi
    ((status == 0)) || {
      tail -20 "$work/train.log"
      return 1
    }
    # It was faster: another one begins.
    same "killed-$run"
    run=$((run + 1))
  done
  finish "killed-$run"
  same "killed-$run"
  echo "$killed kills, $run runs: each ended as the one that nobody disturbed"
}
