// The peer of `compare`: one ONNX model in ONNX Runtime, in a process of its own, which runs when it is told to.
//
//   node onnxruntime_latency.js FOLDER MODEL.onnx HEIGHT WIDTH THREADS
//
// FOLDER holds node_modules/onnxruntime-node. Prints one JSON line when the model has run a few times ({ version, peakBytes }), then for every line
// "RUNS MILLISECONDS" on stdin the times of that many runs or more, until that much time has passed ({ ms: [...] }). Ends with stdin.
'use strict';
const fs = require('fs');
const readline = require('readline');

const WARM_UPS = 5;
const UNCOUNTED = 2;

const [, , folder, file, height, width, threads] = process.argv;
const find = name => require.resolve(name, { paths: [folder] });

// Bytes in memory: the most since the last reset, and now. Linux can forget an earlier peak; elsewhere it counts.
function memory() {
  try {
    const status = fs.readFileSync('/proc/self/status', 'utf8');
    const bytes = name => 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]);
    return { peak: bytes('VmHWM'), now: bytes('VmRSS') };
  } catch {
    return { peak: 1024 * process.resourceUsage().maxRSS, now: process.memoryUsage().rss };
  }
}

function forgetPeak() {
  try {
    fs.writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not Linux.
  }
}

function say(value) {
  fs.writeSync(1, JSON.stringify(value) + '\n');
}

async function main() {
  const ort = require(find('onnxruntime-node'));
  const input = new Float32Array(3 * height * width);
  for (let i = 0; i < input.length; i++) input[i] = Math.random() * 255 - 117;
  if (global.gc) global.gc();
  forgetPeak();
  const start = memory().now;

  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all', executionMode: 'sequential' });
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', input, [1, 3, Number(height), Number(width)]) };
  for (let i = 0; i < WARM_UPS; i++) {
    await session.run(feeds);

    // Results that nobody needs any more are not ONNX Runtime's fault.
    if (global.gc) global.gc();
  }

  say({ version: JSON.parse(fs.readFileSync(find('onnxruntime-node/package.json'))).version, peakBytes: memory().peak - start });

  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [runs, atLeast] = line.split(' ').map(Number);
    for (let i = 0; i < UNCOUNTED; i++) await session.run(feeds);
    const ms = [];
    const begin = process.hrtime.bigint();
    while (ms.length < runs || Number(process.hrtime.bigint() - begin) / 1e6 < atLeast) {
      const t = process.hrtime.bigint();
      await session.run(feeds);
      ms.push(Number(process.hrtime.bigint() - t) / 1e6);
    }

    say({ ms });
  }
}

main().catch(error => {
  console.error(error.message.split('\n')[0]);
  process.exit(1);
});
