import { createHash } from 'node:crypto';
import type { JsonSchema, OpenApi, Operation } from './openapi.ts';

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; margin: .4rem 0; }
summary { padding: .5rem .75rem; cursor: pointer; overflow-wrap: anywhere; }
summary:focus-visible { outline: 2px solid; outline-offset: 2px; }
.inside { padding: 0 .75rem .75rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .875em; }
pre { overflow: auto; max-height: 30rem; padding: .5rem; border-left: 3px solid; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; }
th, td { text-align: left; vertical-align: top; padding: .2rem .75rem .2rem 0; }
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
  const sections = [...byTag].map(([tag, items]) => `<section><h2>${escaped(tag)}</h2>${items.join('')}</section>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(api.info.title)} API</title><style>${style}</style></head>
<body><main><h1>${escaped(api.info.title)} API ${escaped(api.info.version)}</h1>
<p>${escaped(api.info.description)} The same as a document for machines: <a href="/api/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
<section><h2>Errors</h2>${schemaOf(api.components.schemas.Problem)}</section></main></body></html>`;
}

function operationOf(method: string, path: string, operation: Operation): string {
  return `<details><summary><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code> ${escaped(operation.summary)}</summary>
<div class="inside"><p>${escaped(operation.description)}</p>${parametersOf(operation)}${bodyOf(operation)}${responsesOf(operation)}</div></details>`;
}

function parametersOf({ parameters }: Operation): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${escaped(one.name)}</code></td><td>${one.in}${one.required ? ', required' : ''}</td><td><code>${escaped(JSON.stringify(one.schema))}</code></td></tr>`,
  );
  return `<h3>Parameters</h3><table><thead><tr><th>Name</th><th>In</th><th>Schema</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

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
