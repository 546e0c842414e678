// Enhancement only: every journey works with this file blocked. One module, nothing global, nothing fetched.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);

// Hide covers the page at once, keeps what was typed and gives the tab another name.
function prepareHide() {
  const button = one('[data-hide]');
  const veil = one('#veil');
  if (!button || !veil?.showModal) return;
  const title = document.title;
  button.hidden = false;
  button.addEventListener('click', () => { veil.showModal(); document.title = 'New tab'; });
  one('[data-show]', veil).addEventListener('click', () => veil.close());
  veil.addEventListener('close', () => { document.title = title; button.focus(); });
}

// Leave blanks the page, signs out and replaces this page in the tab's history.
function leave(form) {
  document.body.hidden = true;
  document.title = 'Weather';
  navigator.sendBeacon(form.action, new FormData(form));
  location.replace(form.dataset.leave);
}

// Shift three times within a second and a half leaves. Esc would cancel page loads and close the veil.
// Only Shift pressed alone counts, so that typing capitals or selecting with the mouse never does.
function prepareLeave() {
  const form = one('[data-leave]');
  if (!form) return;
  form.addEventListener('submit', event => { event.preventDefault(); leave(form); });
  let presses = 0;
  let alone = false;
  let first = 0;
  const forget = () => { presses = 0; alone = false; };
  addEventListener('pointerdown', forget);
  addEventListener('keydown', event => {
    if (event.key !== 'Shift') forget();
    else if (!event.repeat) alone = true;
  });
  addEventListener('keyup', event => {
    if (event.key !== 'Shift' || !alone) return;
    if (!presses || event.timeStamp - first > 1500) { presses = 0; first = event.timeStamp; }
    presses += 1;
    if (presses === 3) leave(form);
  });
  // A page taken from the browser's memory may be older than the signing out.
  addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
}

async function copy(source) {
  const words = source.value ?? source.textContent;
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  source.select?.();  // Without https there is no clipboard; the older way needs a selection.
  return document.execCommand('copy') ? undefined : Promise.reject(new Error('not copied'));
}

function prepareCopy() {
  for (const button of all('[data-copy]')) {
    const status = document.createElement('span');
    status.className = 'vh';
    status.setAttribute('role', 'status');
    button.after(status);
    const say = words => { button.lastChild.textContent = words; status.textContent = words; };
    button.addEventListener('click', () => {
      const source = one(button.dataset.copy);
      copy(source).then(() => say('Copied'), () => { source.focus(); source.select?.(); say('Press Ctrl and C'); });
    });
  }
}

// The clock and the day as somebody in this zone reads them: "7pm", "midday", "5am on Friday 11 December".
function reading(moment, timeZone) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', {
    timeZone, weekday: 'long', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit', hourCycle: 'h23',
  }).formatToParts(moment).map(part => [part.type, part.value]));
  const hour = Number(parts.hour);
  const minutes = parts.minute === '00' ? '' : `:${parts.minute}`;
  const clock = !minutes && hour === 12 ? 'midday' : !minutes && hour === 0 ? 'midnight'
    : `${hour % 12 || 12}${minutes}${hour < 12 ? 'am' : 'pm'}`;
  return { clock, day: `${parts.weekday} ${parts.day} ${parts.month}` };
}

// A time says its own zone. Where this browser's clock shows something else, and the page does not say it, it is added.
function addLocalTimes() {
  for (const time of all('time[data-local]')) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const shown = reading(moment, time.dataset.local || 'Europe/London');
    const here = reading(moment);
    const sameDay = here.day === shown.day;
    if (sameDay && here.clock === shown.clock) continue;
    time.after(` (${here.clock}${sameDay ? '' : ` on ${here.day}`} where you are)`);
  }
}

function calendarOfThisMachine() {
  const machine = `${navigator.userAgentData?.platform ?? ''} ${navigator.platform}`;
  if (/iPhone|iPad|Mac/.test(machine)) return 'apple';
  if (/Android|CrOS|Chrome OS/.test(machine)) return 'google';
  return /Win/.test(machine) ? 'outlook' : '';
}

// Where the server could not tell what machine this is and the browser can, the link that fits it comes first.
function arrangeCalendarBoxes() {
  const machine = calendarOfThisMachine();
  for (const box of machine ? all('[data-calendar-box="other"]') : []) {
    const chosen = one(`[data-for="${machine}"]`, box) ?? one('[data-for="here"]', box);
    const button = one('.btn', box);
    if (!chosen || !button) continue;
    const first = chosen.cloneNode();
    first.className = `${button.className} wide`;
    first.textContent = chosen.dataset.long;
    button.className = 'btn second';
    box.prepend(first);
  }
}

prepareHide();
prepareLeave();
prepareCopy();
addLocalTimes();
arrangeCalendarBoxes();
for (const hidden of all('[data-js]')) hidden.hidden = false;
for (const button of all('[data-print]')) button.addEventListener('click', () => print());
one('#errors')?.focus();
