import { createHash } from 'node:crypto';
import type { JsonSchema, OpenApi, Operation } from './openapi.ts';

const style = `
:root { color-scheme: light dark; --text: #16201f; --dim: #56625f; --line: #d0d6d4; --bg: #fff; --sunken: #f0f2f1; --link: #0f5854; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6eaea; --dim: #a0abaa; --line: #384145; --bg: #111517; --sunken: #1f2528; --link: #6fcac2; }
}
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--bg); max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
a { color: var(--link); }
h1 { font-size: 1.75rem; margin: 0 0 .5rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; }
h3 { margin: 1.25rem 0 .4rem; font-size: 1rem; }
.lead { max-width: 46rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; list-style: none; }
nav a { display: inline-block; padding: .2rem 0; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .4rem 0; }
summary { display: flex; flex-wrap: wrap; gap: .2rem .75rem; align-items: baseline; padding: .55rem .75rem; cursor: pointer; }
summary code { overflow-wrap: anywhere; font-weight: 600; }
summary:hover { background: var(--sunken); }
summary:focus-visible, pre:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.what { color: var(--dim); }
.inside { padding: 0 .75rem .75rem; border-top: 1px solid var(--line); }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem; }
pre { overflow: auto; max-height: 30rem; margin: .4rem 0; padding: .75rem; border-radius: .4rem; background: var(--sunken); }
.method { min-width: 4.25rem; font: 700 .8125rem ui-monospace, monospace; color: var(--link); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); }
td code { overflow-wrap: anywhere; }
li { margin: .2rem 0; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** The page runs nothing and loads nothing; its one style sheet is allowed by its hash. */
export const docsPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The API for people to read. */
export function docsPage(api: OpenApi): string {
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? '';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationOf(method, path, operation)]);
    }
  }
  const sections = [...byTag].map(
    ([tag, items]) => `<section id="${anchorOf(tag)}"><h2>${escaped(titleOf(tag))}</h2>${items.join('')}</section>`,
  );
  const contents = [...byTag.keys(), 'Errors'].map(
    (tag) => `<li><a href="#${anchorOf(tag)}">${escaped(titleOf(tag))}</a></li>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(api.info.title)} API</title><style>${style}</style></head>
<body><main><h1>${escaped(api.info.title)} API ${escaped(api.info.version)}</h1>
<p class="lead">${escaped(api.info.description)} The same as a document for machines: <a href="/api/openapi.json">openapi.json</a>.</p>
<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>
${sections.join('\n')}
<section id="errors"><h2>Errors</h2>${schemaOf(api.components.schemas.Problem)}</section></main></body></html>`;
}

function operationOf(method: string, path: string, operation: Operation): string {
  return `<details><summary><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code> <span class="what">${escaped(operation.summary)}</span></summary>
<div class="inside"><p>${escaped(operation.description)}</p>${parametersOf(operation)}${bodyOf(operation)}${responsesOf(operation)}</div></details>`;
}

function parametersOf({ parameters }: Operation): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${escaped(one.name)}</code></td><td>${one.in}${one.required ? ', required' : ''}</td><td>${takes(one)}</td></tr>`,
  );
  return `<h3>Parameters</h3><div class="wide" tabindex="0" role="region" aria-label="Parameters"><table><thead><tr><th>Name</th><th>In</th><th>What it takes</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function takes({ description, schema }: Operation['parameters'][number]): string {
  const { description: inSchema, ...rest } = schema;
  const words = description ?? (typeof inSchema === 'string' ? inSchema : '');
  return `${words === '' ? '' : `${escaped(words)}<br>`}<code>${escaped(JSON.stringify(rest))}</code>`;
}

const titleOf = (tag: string) => tag.charAt(0).toUpperCase() + tag.slice(1);
const anchorOf = (tag: string) => tag.toLowerCase().replace(/[^a-z]+/g, '-');

function bodyOf({ requestBody }: Operation): string {
  if (!requestBody) return '';
  return Object.entries(requestBody.content)
    .map(([type, { schema }]) => `<h3>Body, ${escaped(type)}</h3>${schemaOf(schema)}`)
    .join('');
}

function responsesOf({ responses }: Operation): string {
  const parts = Object.entries(responses).map(([status, { description, content }]) => {
    const [entry] = Object.entries(content ?? {});
    const schema = entry && Number(status) < 300 ? `<br>${escaped(entry[0])}${schemaOf(entry[1].schema)}` : '';
    return `<li><code>${status}</code> ${escaped(description)}${schema}</li>`;
  });
  return `<h3>Answers</h3><ul>${parts.join('')}</ul>`;
}

const schemaOf = (schema: JsonSchema | undefined) =>
  `<pre tabindex="0">${escaped(JSON.stringify(schema, null, 2))}</pre>`;

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
