// The server is asked for everything above this, and the slider chooses among what it answers.
const lowestConfidence = 0.05;
const sameFace = 0.5;
const $ = id => document.getElementById(id);
const count = n => n.toLocaleString('en');
const sides = ['a', 'b'].map(letter => ({
  letter,
  select: $(`model-${letter}`),
  figure: $(`view-${letter}`),
  image: $(`view-${letter}`).querySelector('img'),
  overlay: $(`view-${letter}`).querySelector('svg'),
  facts: $(`facts-${letter}`),
  list: $(`list-${letter}`),
}));

let key = '';
let models = [];
let picture = null; // { blob, url, answers: Map of model name to answer }
let current = null; // The AbortController of the requests on the way.

function say(text, isProblem = false) {
  $('status').textContent = text;
  $('status').classList.toggle('problem', isProblem);
}

/** Fetches with the key, and asks for it, as often as it takes. */
async function ask(address, options = {}) {
  for (;;) {
    const response = await fetch(address, { ...options, headers: { ...options.headers, ...(key && { 'X-Api-Key': key }) } });
    if (response.ok) return response;
    if (response.status !== 401) {
      const problem = await response.json().catch(() => ({}));
      throw new Error(problem.detail ?? `The server answers ${response.status}.`);
    }
    await askForKey(key ? 'This is not the key.' : '');
  }
}

let asking = null;
function askForKey(problem) {
  asking ??= new Promise(resolve => {
    $('key-problem').textContent = problem;
    $('key').value = '';
    $('key-dialog').showModal();
    $('key-form').onsubmit = event => {
      event.preventDefault();
      key = $('key').value;
      $('api').hidden = true; // A link cannot present the key.
      asking = null;
      $('key-dialog').close();
      resolve();
    };
  });
  return asking;
}
// Without the key there is nothing to see: the dialog comes back, however it was closed.
$('key-dialog').addEventListener('close', () => { if (asking) $('key-dialog').showModal(); });

async function start() {
  models = (await (await ask('/v1/models')).json()).models;
  const bySize = models.toSorted((one, other) => other.parameters - one.parameters);
  for (const [i, side] of sides.entries()) {
    side.select.replaceChildren(...models.map(model => new Option(model.name, model.name)));
    side.select.value = (i === 0 ? bySize[0] : bySize.at(-1)).name;
    side.select.onchange = detect;
  }
  await useSample(document.querySelector('.samples button'));
}

async function useSample(button) {
  const response = await fetch(`/samples/${button.dataset.sample}.jpg`);
  use(await response.blob(), button);
}

/** Shows a picture, and has it looked at. */
function use(blob, sample = null) {
  if (picture) URL.revokeObjectURL(picture.url);
  picture = { blob, url: URL.createObjectURL(blob), answers: new Map() };
  for (const button of document.querySelectorAll('.samples button')) button.setAttribute('aria-pressed', String(button === sample));
  for (const side of sides) {
    side.image.src = picture.url;
    side.image.alt = `The picture, with the faces that model ${side.letter.toUpperCase()} found`;
    side.image.hidden = false;
    side.image.onerror = () => { side.image.hidden = true; };
    clear(side);
  }
  detect();
}

/** Asks one model after the other, so that neither disturbs the other's time. */
async function detect() {
  if (!picture || models.length === 0) return;
  current?.abort();
  const { signal } = current = new AbortController();
  const { blob, answers } = picture;
  try {
    for (const side of sides) {
      const name = side.select.value;
      if (answers.has(name)) continue;
      clear(side);
      side.figure.classList.add('busy');
      say(`${name} looks for faces …`);
      const query = new URLSearchParams({ model: name, conf: lowestConfidence });
      // The first run prepares the network for the picture's size; the second tells its time.
      let answer;
      for (let run = 0; run < 2; run++) {
        const response = await ask(`/v1/detect?${query}`, { method: 'POST', body: blob, headers: { 'Content-Type': 'application/octet-stream' }, signal });
        answer = await response.json();
      }
      answers.set(name, answer);
      side.figure.classList.remove('busy');
    }
    show();
  } catch (error) {
    if (signal.aborted) return;
    for (const side of sides) clear(side);
    say(error.message, true);
  } finally {
    if (!signal.aborted) for (const side of sides) side.figure.classList.remove('busy');
  }
}

function clear(side) {
  side.overlay.replaceChildren();
  side.facts.replaceChildren();
  side.list.replaceChildren();
}

/** Shows what scores above the slider's value. */
function show() {
  const least = Number($('confidence').value);
  $('confidence-value').textContent = least.toFixed(2);
  if (!picture || !sides.every(side => picture.answers.has(side.select.value))) return;
  const shown = sides.map(side => picture.answers.get(side.select.value)).map(answer => ({ ...answer, faces: answer.faces.filter(face => face.score > least) }));
  const pairs = match(shown[0].faces, shown[1].faces);
  sides.forEach((side, i) => {
    draw(side.overlay, shown[i], pairs[i]);
    list(side.list, shown[i].faces);
    tell(side.facts, shown[i], i === 0 ? null : shown[0]);
  });
  const [one, other] = shown;
  const both = pairs[0].size;
  const faces = n => `${n} ${n === 1 ? 'face' : 'faces'}`;
  say(one.model === other.model
    ? `${one.model}: ${faces(one.faces.length)} in ${time(one)}.`
    : `${one.model}: ${faces(one.faces.length)} in ${time(one)}. ${other.model}: ${faces(other.faces.length)} in ${time(other)}. ${both} found by both.`);
}

const time = answer => `${answer.milliseconds.toFixed(answer.milliseconds < 100 ? 1 : 0)} ms`;

/** Pairs the faces that are the same, best first; for each side the set of those that have a partner. */
function match(ones, others) {
  const left = new Set(others);
  const paired = [new Set(), new Set()];
  for (const one of ones) {
    let best = null;
    let overlap = sameFace;
    for (const other of left) {
      const iou = intersectionOverUnion(one, other);
      if (iou >= overlap) [best, overlap] = [other, iou];
    }
    if (!best) continue;
    left.delete(best);
    paired[0].add(one);
    paired[1].add(best);
  }
  return paired;
}

function intersectionOverUnion(a, b) {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const area = f => (f.x2 - f.x1) * (f.y2 - f.y1);
  return width * height / (area(a) + area(b) - width * height);
}

function draw(overlay, answer, paired) {
  overlay.setAttribute('viewBox', `0 0 ${answer.width} ${answer.height}`);
  overlay.replaceChildren(...answer.faces.toReversed().flatMap(face => ['shade', paired.has(face) ? 'box' : 'box alone'].map(name => {
    const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const place = { class: name, x: face.x1, y: face.y1, width: face.x2 - face.x1, height: face.y2 - face.y1 };
    for (const [attribute, value] of Object.entries(place)) rect.setAttribute(attribute, value);
    return rect;
  })));
}

function list(target, faces) {
  target.replaceChildren(...faces.map(face => {
    const item = document.createElement('li');
    item.textContent = `score ${face.score.toFixed(2)}, from ${Math.round(face.x1)}, ${Math.round(face.y1)} to ${Math.round(face.x2)}, ${Math.round(face.y2)}`;
    return item;
  }));
}

function tell(target, answer, reference) {
  const model = models.find(m => m.name === answer.model);
  const other = reference && reference.model !== answer.model ? models.find(m => m.name === reference.model) : null;
  const share = (own, of) => other ? `${Math.round(100 * own / of)} % of A` : '';
  const facts = [
    ['Faces', count(answer.faces.length), ''],
    ['Time', time(answer), share(answer.milliseconds, reference?.milliseconds)],
    ['Parameters', count(model.parameters), share(model.parameters, other?.parameters)],
    ['Multiply-adds', `${(model.multiplyAdds / 1e9).toPrecision(3)} G`, share(model.multiplyAdds, other?.multiplyAdds)],
  ];
  target.replaceChildren(...facts.map(([name, value, remark]) => {
    const [row, term, detail, small] = ['div', 'dt', 'dd', 'small'].map(tag => document.createElement(tag));
    term.textContent = name;
    small.textContent = remark;
    detail.append(value, small);
    row.append(term, detail);
    return row;
  }));
}

function useFirst(files) {
  const file = [...files].find(f => f.type.startsWith('image/') || /\.p[gp]m$/i.test(f.name));
  if (file) use(file);
  else if (files.length > 0) say('That is no picture.', true);
}

async function openCamera() {
  try {
    $('video').srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } });
    $('camera-dialog').showModal();
  } catch {
    say('The camera cannot be used.', true);
  }
}

function shoot() {
  const video = $('video');
  const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext('2d').drawImage(video, 0, 0);
  canvas.toBlob(blob => { if (blob) use(blob); }, 'image/jpeg', 0.92);
  $('camera-dialog').close();
}

$('confidence').addEventListener('input', show);
for (const input of [$('file'), $('photo')]) {
  input.addEventListener('change', () => {
    useFirst(input.files);
    input.value = '';
  });
}
for (const button of document.querySelectorAll('.samples button')) button.addEventListener('click', () => useSample(button));
addEventListener('paste', event => useFirst(event.clipboardData.files));
addEventListener('dragover', event => {
  event.preventDefault();
  document.body.classList.add('dragging');
});
addEventListener('dragleave', event => { if (!event.relatedTarget) document.body.classList.remove('dragging'); });
addEventListener('drop', event => {
  event.preventDefault();
  document.body.classList.remove('dragging');
  useFirst(event.dataTransfer.files);
});
$('camera').hidden = !navigator.mediaDevices?.getUserMedia || matchMedia('(pointer: coarse)').matches;
$('camera').addEventListener('click', openCamera);
$('shoot').addEventListener('click', shoot);
$('close-camera').addEventListener('click', () => $('camera-dialog').close());
$('camera-dialog').addEventListener('close', () => {
  for (const track of $('video').srcObject?.getTracks() ?? []) track.stop();
  $('video').srcObject = null;
});
start().catch(error => say(error.message, true));
