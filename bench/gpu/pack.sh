#!/usr/bin/env bash
# Packs the command, the benchmarks and the tests of the GPU backend, with the .NET that they need, as .device/secateur.tgz: what check.sh runs on a
# machine that has a card and nothing else. Needs the SDK.
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
device=$root/.device
folder=$device/secateur
limit_mib=60
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

rm -rf "$folder" "$device/secateur.tgz"
mkdir -p "$folder"
# A folder of its own for what is built: a restore for one platform would change what other builds begin with.
for project in src/Secateur.Cli bench/Secateur.Bench tests/Secateur.Gpu.Tests; do
  dotnet publish "$root/$project" -c Release -r linux-x64 --self-contained -v q --nologo --artifacts-path "$device/build" -o "$folder" \
    -p:NuGetAudit=false -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -p:DebugType=none -p:UseAppHost=true
done

# Debuggers, tracing and other garbage collectors of .NET, ONNX Runtime (for `compare` alone) and the hosts of `dotnet test`, which fill all subfolders.
cd "$folder"
rm -rf ./*/ ./*.pdb ./*.xml libmscordbi.so libmscordaccore.so libcoreclrtraceptprovider.so libclrgc*.so createdump \
  ./*onnxruntime*.so onnxruntime*.dll onnxruntime*.lib Microsoft.TestPlatform.* Microsoft.VisualStudio.* testhost* xunit.runner.visualstudio.*
git -C "$root" describe --always --dirty=-changed >commit
cd "$device"
tar czf secateur.tgz secateur
rm -rf "$folder"

size=$(stat -c %s secateur.tgz)
printf '%s: %d MiB\n' "$device/secateur.tgz" $(((size + 1048575) >> 20))
((size < limit_mib << 20)) || {
  echo "pack.sh: more than $limit_mib MiB" >&2
  exit 1
}
