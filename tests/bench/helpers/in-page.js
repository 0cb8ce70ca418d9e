/** What the benchmark of the page does within the page: added as it is, so that it measures where things happen. */
const all = (selector) => [...document.querySelectorAll(selector)];
const grid = () => document.querySelector('[role=grid]');
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
/** When what is in the page now is on the screen. */
const painted = async () => {
  await frame();
  await new Promise((resolve) => setTimeout(resolve));
};

/** When the studio's answer to the call that is sent next has come. */
const answer = () =>
  new Promise((resolve) => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (frame) {
      WebSocket.prototype.send = send;
      const { id } = JSON.parse(frame);
      const onmessage = ({ data }) => {
        if (!data.startsWith(`{"type":"reply","id":${id},`)) return;
        this.removeEventListener('message', onmessage);
        resolve();
      };
      this.addEventListener('message', onmessage);
      send.call(this, frame);
    };
  });

window.bench = {
  /** Milliseconds from doing something until other pictures than before are painted, with something in each tile. */
  async untilOthers(act) {
    // Elements are used again; what stands in a picture's place is its own.
    const shown = () =>
      all('[role=gridcell] .placeholder')
        .map(({ style }) => style.background)
        .join();
    const before = shown();
    const began = performance.now();
    act();
    for (;;) {
      await frame();
      const now = shown();
      if (now !== '' && now !== before && this.blank() === 0) break;
      if (performance.now() - began > 20_000) throw new Error('the pictures stayed the same');
    }
    await painted();
    return performance.now() - began;
  },

  click(text) {
    const button = all('aside button.line').find((one) => one.textContent.trim().startsWith(text));
    if (!button) throw new Error(`there is no ${text}`);
    button.click();
  },

  choose(name, value) {
    const select = document.querySelector(`select[aria-label="${name}"]`);
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  },

  /** Tiles in sight that show neither a picture nor its placeholder. */
  blank() {
    const box = grid().getBoundingClientRect();
    return all('[role=gridcell]').filter((cell) => {
      const { top, bottom } = cell.getBoundingClientRect();
      if (bottom < box.top || top > box.bottom) return false;
      const img = cell.querySelector('img');
      if (img?.complete && img.naturalWidth > 0) return false;
      const url = /url\("(blob:.*?)"/.exec(
        cell.querySelector('.placeholder')?.style.background,
      )?.[1];
      return !this.isLoaded(url);
    }).length;
  },

  /** Is this picture in memory, and so shown as soon as it is asked for? */
  isLoaded(url) {
    if (url === undefined) return false;
    const image = new Image();
    image.src = url;
    return image.complete && image.naturalWidth > 0;
  },

  /** Scrolls from one share of the whole height to another; frame intervals and blank tiles seen. */
  async scroll(from, to, seconds) {
    const scroller = grid();
    const whole = scroller.scrollHeight - scroller.clientHeight;
    const intervals = [];
    let blank = 0;
    let looked = 0;
    const began = performance.now();
    let last = began;
    for (;;) {
      await frame();
      const now = performance.now();
      intervals.push(now - last);
      last = now;
      const share = Math.min(1, (now - began) / 1000 / seconds);
      scroller.scrollTop = whole * (from + (to - from) * share);
      if (intervals.length % 15 === 0) {
        await painted();
        blank += this.blank();
        looked++;
        last = performance.now();
      }
      if (share === 1) return { intervals, blank, looked };
    }
  },

  /** The same for a page on which the next key changes a word and nothing else: what the browser itself takes. */
  watchWord() {
    const word = document.querySelector('[role=status]');
    this.key = new Promise((resolve) => {
      const onkeydown = (event) => {
        word.textContent = `${event.timeStamp}`;
        resolve(painted().then(() => performance.now() - event.timeStamp));
      };
      addEventListener('keydown', onkeydown, { once: true });
    });
  },

  /**
   * Follows the next key: when the studio's answer that it is on the disk has come, and when its label is painted on a
   * picture. It is both at the later of the two.
   */
  watchKey() {
    this.key = new Promise((resolve) => {
      const onkeydown = (event) => {
        removeEventListener('keydown', onkeydown, true);
        const began = event.timeStamp;
        const { title } = all('aside[aria-label=Labels] .row > button')[event.key - 1];
        const label = `, ${title}`;
        // The key itself may bring the cursor to the picture that it labels.
        const painting = new Promise((changed) => {
          const observer = new MutationObserver((changes) => {
            const isGiven = ({ target, oldValue }) =>
              target.ariaLabel.includes(label) && !oldValue.includes(label);
            if (!changes.some(isGiven)) return;
            observer.disconnect();
            changed();
          });
          const attributeFilter = ['aria-label'];
          observer.observe(grid(), { subtree: true, attributeFilter, attributeOldValue: true });
        });
        const durable = answer().then(() => performance.now() - began);
        const visible = painting.then(painted).then(() => performance.now() - began);
        resolve(
          Promise.all([durable, visible]).then(([durable, visible]) => ({
            durable,
            visible,
            both: Math.max(durable, visible),
          })),
        );
      };
      addEventListener('keydown', onkeydown, true);
    });
  },

  cellAt(index) {
    const columns = Number(grid().getAttribute('aria-colcount'));
    const row = Math.floor(index / columns) + 1;
    return document.querySelector(
      `[aria-rowindex="${row}"] [aria-colindex="${(index % columns) + 1}"]`,
    );
  },

  /** Where a cell is on the screen, once it is there. */
  async placeOf(index) {
    const scroller = grid();
    const rows = Number(scroller.getAttribute('aria-rowcount'));
    const columns = Number(scroller.getAttribute('aria-colcount'));
    scroller.scrollTop =
      (Math.floor(index / columns) / rows) * scroller.scrollHeight - scroller.clientHeight / 2;
    for (let tries = 0; tries < 300; tries++) {
      await frame();
      const cell = this.cellAt(index);
      if (!cell) continue;
      const { left, top, width, height } = cell.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    }
    throw new Error(`cell ${index} does not come`);
  },
};
