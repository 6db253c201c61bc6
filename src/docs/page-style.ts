/** The style of the pages we render ourselves: readable on a phone, in light and in dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --ground: #fff; --raised: #f5f7f9; --link: #0b62c4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e8ee; --soft: #98a4b3; --line: #333c47; --ground: #14181d; --raised: #1c2229; --link: #6cb0ff; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
main { max-width: 58rem; padding: 1rem 1.25rem 4rem; overflow-wrap: anywhere; }
nav { padding: 1rem 1.25rem; background: var(--raised); border-bottom: 1px solid var(--line); font-size: .9rem; }
nav ul { list-style: none; margin: .25rem 0 1rem; padding: 0; columns: 2; }
nav summary { font-weight: 600; }
h1 { line-height: 1.2; margin: .5rem 0; }
h2 { margin: 3rem 0 0; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { margin: 2rem 0 .25rem; font-size: 1.15rem; }
h3 span { margin-left: .5rem; color: var(--soft); font-weight: 400; font-size: .95rem; }
h4 { margin: 1rem 0 .35rem; font-size: .8rem; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); }
p { margin: .4rem 0; }
code, pre, .shape { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
h3 code { font-size: 1.1rem; font-weight: 600; }
.shape .shape, .shape code { font-size: 1em; }
small, .links { color: var(--soft); }
pre { margin: .25rem 0 1rem; padding: .75rem 1rem; overflow-x: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
table { width: 100%; border-collapse: collapse; font-size: .93rem; }
th, td { padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; font-size: .8rem; }
td:first-child { width: 30%; }
td:nth-child(2) { width: 26%; }
section { padding-bottom: .5rem; }
section:target > h3 { background: var(--raised); }
.acks { margin: .25rem 0; padding-left: 1.2rem; }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line); }
  td, td:first-child, td:nth-child(2) { display: block; width: auto; padding: .05rem 0; border: 0; }
}
@media (min-width: 64rem) {
  body { display: grid; grid-template-columns: 16rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-right: 1px solid var(--line); border-bottom: 0; }
  nav ul { columns: 1; }
  main { padding: 1rem 2.5rem 4rem; }
}
`;
