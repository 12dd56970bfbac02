# Parts of a check: each under a limit of its own, none of which ends the others; and what their outputs say. For check.sh, which sets $work and $deadline.

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# NAME SECONDS TITLE text|markdown COMMAND...: runs it, prints its output and keeps it as $work/NAME.
part() {
  local name=$1 limit=$2 title=$3 format=$4 status=0 start=$SECONDS verdict
  shift 4
  if ((limit > deadline - start)); then limit=$((deadline - start)); fi
  if ((limit <= 0)); then
    printf '* %s: LEFT OUT, no time\n' "$title" >>"$work/verdicts"
    return
  fi
  printf '\n## %s\n\n' "$title"
  run_limited "$limit" "$@" >"$work/$name" 2>&1 || status=$?
  if [[ $format == text ]]; then printf '```text\n'; fi
  tail -c 20000 "$work/$name"
  if [[ $format == text ]]; then printf '```\n'; fi
  case $status in
    0) verdict=ok ;;
    124 | 137) verdict="STOPPED after $limit s" ;;
    *) verdict="FAILED with $status" ;;
  esac
  printf '\n%s: %s (%d s)\n' "$title" "$verdict" $((SECONDS - start))
  printf '* %s: %s%s\n' "$title" "$verdict" "$(counts "$name")" >>"$work/verdicts"
}

# SECONDS COMMAND...: functions are limited as programs are.
run_limited() {
  local limit=$1
  shift
  if [[ $(type -t "$1") != function ]]; then
    timeout -k 5 "$limit" "$@"
    return
  fi
  export root device bin work full kills
  timeout -k 5 "$limit" bash -c "set -euo pipefail; $(declare -f); \"\$@\"" part "$@"
}

counts() {
  sed -nE 's/^([0-9]+ passed, [0-9]+ failed, [0-9]+ skipped)$/; \1/p' "$work/$1" | tail -1
}

images_per_second() {
  said "$1" 's/.*[,;] ([0-9.]+) images\/s.*/\1/p'
}

memory() {
  said "$1" 's/.*peak memory ([0-9.]+) GiB.*/\1/p'
}

own_memory() {
  said "$1" 's/.*memory of the device: ([0-9.]+) GB for the network.*/\1/p' | awk '{ printf "%.2f", $1 * 1e9 / 1024 ^ 3 }'
}

first_step() {
  said "$1" 's/.*start to the end of the first step: ([0-9.]+) s.*/\1/p'
}

said() {
  if [[ -f $work/$1 ]]; then sed -nE "$2" "$work/$1" | head -1; fi
}

# WORK OURS PYTORCH TARGET: a line of the summary.
row() {
  local ratio
  ratio=$(awk -v a="$2" -v b="$3" 'BEGIN { if (a > 0 && b > 0) printf "%.2f", a / b; else printf "-" }')
  printf '| %s | %s | %s | %s | %s |\n' "$1" "${2:--}" "${3:--}" "$ratio" "$4"
}
