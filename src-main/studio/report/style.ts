/** How the report looks: the page's colours, on screen in light and dark, on paper in light. */
import { Html } from './html.ts';

/** The page's tokens that the report needs (a test holds them against src-renderer/style/tokens.css). */
export const light = {
  '--ground': '#f6f6f4',
  '--panel': '#ffffff',
  '--sunken': '#ececea',
  '--line': '#dededa',
  '--line-strong': '#8a8a84',
  '--text': '#1c1d1b',
  '--text-quiet': '#5b5d58',
  '--accent': '#1f6f43',
  '--accent-soft': '#e2f1e8',
  '--bad': '#b3261e',
  '--frozen': '#b9bcc4',
  '--trained': '#1f6f43',
  '--fresh': '#b4620f',
} as const;

export const dark = {
  '--ground': '#141513',
  '--panel': '#1c1d1b',
  '--sunken': '#0f100e',
  '--line': '#31332f',
  '--line-strong': '#7d8079',
  '--text': '#ecede9',
  '--text-quiet': '#a3a69e',
  '--accent': '#6cc892',
  '--accent-soft': '#1d3327',
  '--bad': '#f08b82',
  '--frozen': '#4a4d54',
  '--trained': '#6cc892',
  '--fresh': '#e39a55',
} as const;

/** The same on both. */
export const labels = {
  '--label-text': '#1c1d1b',
  '--label-1': '#e8a33d',
  '--label-2': '#63b3e4',
  '--label-3': '#3fb68b',
  '--label-4': '#e9dc4f',
  '--label-5': '#5b8def',
  '--label-6': '#e67350',
  '--label-7': '#cf86b9',
  '--label-8': '#a5a29a',
  '--label-9': '#9c7be0',
  '--label-10': '#8fc24a',
} as const;

const declared = (tokens: Readonly<Record<string, string>>) =>
  Object.entries(tokens)
    .map(([name, value]) => `${name}:${value};`)
    .join('');

const typeface = (address: string) => `@font-face {
  font-family: "Inter Variable";
  font-weight: 100 900;
  src: url("${address}") format("woff2");
}`;

export const style = (font: string | null): Html =>
  new Html(`<style>
${font ? typeface(font) : ''}
:root { color-scheme: light; ${declared(light)} ${declared(labels)}
  --text-xs: 11px; --text-s: 12px; --font: "Inter Variable", Inter, system-ui, "Segoe UI", "Noto Sans", sans-serif;
  --mono: ui-monospace, Menlo, Consolas, "Noto Sans Mono", monospace; }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${declared(dark)} } }
${rules}
</style>`);

const rules = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--panel); color: var(--text); font: 14px / 1.55 var(--font);
  font-variant-numeric: tabular-nums; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 2rem; }
header { padding-top: 4rem; }
footer { padding-block: 3rem 4rem; font-size: 12px; }
h1, h2, h3, h4, p, dl, dd, ul, ol, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { margin-top: .25rem; font-size: 40px; line-height: 1.1; letter-spacing: -.02em; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin-bottom: 1rem; font-size: 22px; line-height: 1.25; letter-spacing: -.01em; font-weight: 620; }
h2 .quiet { font-weight: 400; }
h3 { margin: 2rem 0 .5rem; font-size: 15px; font-weight: 620; }
p + p, p + .scroll, .scroll + p, .scroll + .scroll, .narrow, .facts + p, .recipe + p, .three + p { margin-top: .75rem; }
.place + .scroll { margin-top: 1.5rem; }
.scroll + .scroll { margin-top: 1.5rem; }
p { max-width: 70ch; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
.quiet { color: var(--text-quiet); }
small { font-size: 12px; }
.verdict { margin-top: 1.5rem; max-width: 44rem; font-size: 21px; line-height: 1.4; letter-spacing: -.005em; }
nav ol { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-top: 1.75rem; font-size: 13px; }
section { margin-top: 3rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.said { font-size: 16px; }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
caption { padding-bottom: .25rem; color: var(--text-quiet); font-size: 12px; text-align: left; }
th { font-weight: inherit; text-align: left; }
thead th { color: var(--text-quiet); font-size: 12px; vertical-align: bottom; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
th:last-child, td:last-child { padding-right: 0; }
tbody th { overflow-wrap: anywhere; }
@media screen { .scroll table:not(.matrix) tbody th { min-width: 8rem; } }
.n { text-align: right; white-space: nowrap; }
table svg { display: block; width: 7.5rem; height: auto; }
.measure { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .5rem; white-space: nowrap; }
.narrow { max-width: 26rem; }
.dot { display: inline-block; width: .65em; height: .65em; border-radius: 50%; }
.chip { display: inline-block; max-width: 100%; padding: 0 .5em; border-radius: 3px; color: var(--label-text); overflow-wrap: anywhere; }
.bar { display: flex; width: 100%; min-width: 5rem; height: 8px; border-radius: 2px; overflow: hidden; }
.bar i { background: var(--accent); }
.train { background: var(--accent); }
.bar .validation, .validation { background: var(--fresh); }
.bar .test, .test { background: var(--label-5); }

.facts { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; }
.facts dt { color: var(--text-quiet); font-size: 12px; }
.facts dd { font-size: 20px; line-height: 1.3; }
.two, .three { display: grid; gap: 1.5rem 2rem; margin-top: 1rem; }
.two { grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
/* The square, and beside it what is twice as wide. */
.place { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 1.5rem 2rem; margin-top: 1rem; }
.place figure { justify-content: start; }
.place figure:first-child { grid-row: span 2; }
@media (max-width: 44rem) { .place { grid-template-columns: minmax(0, 1fr); } }
figure { display: flex; flex-direction: column; justify-content: end; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 .75rem; margin-bottom: .35rem; font-size: 12px; }
.key { display: inline-flex; align-items: center; gap: .3rem; }
.stroke { width: 1rem; border-top: 2px solid; }

.matrix { width: auto; border-collapse: separate; border-spacing: 2px; }
.matrix th, .matrix td { padding: .2rem .4rem; border: 0; }
.matrix tbody th { max-width: 12rem; color: var(--text-quiet); text-align: right; }
.matrix tbody td { min-width: 2.6rem; height: 2.2rem; border-radius: 3px; text-align: center; }
.matrix thead th span { display: inline-block; max-height: 9rem; writing-mode: vertical-rl; transform: rotate(180deg); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.matrix thead th { text-align: center; }
.matrix .none { background: var(--ground); }
.thumbs { display: grid; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: 1rem .75rem; margin-top: .75rem; }
.looks { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1rem .75rem; margin-top: .75rem; }
.thumbs li, .looks li { display: grid; align-content: start; min-width: 0; font-size: 12px; line-height: 1.35; overflow-wrap: anywhere; }
.thumbs img, .pair img, .gone { display: block; width: 100%; aspect-ratio: 1; margin-bottom: .3rem; border-radius: 4px; background: #fff; object-fit: contain; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; }
.gone { display: grid; place-items: center; background: var(--ground); color: var(--text-quiet); }

.recipe { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: 1rem 2rem; }
.network { display: flex; align-items: flex-end; gap: 2px; width: 12rem; height: 34px; }
.network i { flex: 1; border-radius: 2px; }
.frozen { background: var(--frozen); }
.trained { background: var(--trained); }
.fresh { background: var(--fresh); }
details { margin-top: 1rem; }
summary { color: var(--text-quiet); font-size: 12px; cursor: pointer; }
.settings { columns: 3 15rem; column-gap: 2rem; margin: .5rem 0; font-size: 12px; }
.group { margin-bottom: .75rem; break-inside: avoid; }
.settings dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .12rem 0; border-bottom: 1px solid var(--line); }
.group h4 { font-size: inherit; font-weight: 620; }
.settings dt { color: var(--text-quiet); }
pre { margin: .75rem 0 0; padding: .75rem 1rem; border-radius: 6px; background: var(--ground); font: 12px / 1.6 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }

@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); color: #5b5d58; font: 9px sans-serif; } }
@media print {
  body { font-size: 10.5px; line-height: 1.45; }
  header, main, footer { max-width: none; padding-inline: 0; }
  header { padding-top: 0; }
  h1 { font-size: 30px; }
  h2 { font-size: 17px; }
  h3 { margin-top: 1.25rem; font-size: 12px; }
  .verdict { font-size: 15px; }
  table { font-size: 10px; }
  caption, thead th, figcaption, small, summary, .thumbs li, .looks li, .settings, nav ol, pre { font-size: 9px; }
  .facts dd { font-size: 15px; }
  .facts dt { font-size: 9px; }
  section { margin-top: 1.75rem; padding-top: 1rem; }
  .run { break-before: page; border-top: 0; margin-top: 0; padding-top: 0; }
  h2, h3, h3 + p, caption, thead { break-after: avoid; }
  tr, figure, li, .facts, .matrix, .recipe { break-inside: avoid; }
  .scroll { overflow: visible; }
  .two { grid-template-columns: 1fr 1fr; }
  .three { grid-template-columns: repeat(3, 1fr); gap: 1rem; }
  .thumbs { grid-template-columns: repeat(6, 1fr); }
  .looks { grid-template-columns: repeat(3, 1fr); }
  table svg { width: 5rem; }
  th, td { padding-block: .2rem; }
  .matrix tbody td { min-width: 2rem; height: 1.6rem; }
  a { color: inherit; text-decoration: none; }
}
`;
