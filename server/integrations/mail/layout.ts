/** A mail ready to be sent: both parts say the same. */
export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

/** What a mail is made of. Every string is plain text; only `url`s are links. */
export type MailBlock =
  | { kind: 'paragraph'; text: string }
  | { kind: 'button'; label: string; url: string }
  | { kind: 'link'; label: string; url: string }
  | { kind: 'facts'; rows: readonly (readonly [label: string, value: string])[] }
  | { kind: 'list'; items: readonly string[] }
  | { kind: 'note'; text: string };

export interface MailContent {
  organisation: string;
  subject: string;
  /** What a mailbox shows beside the subject. */
  preheader: string;
  heading: string;
  blocks: readonly MailBlock[];
  /** Why the reader gets this mail. */
  footer: string;
}

const font = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/**
 * Colours stand inline for readers that drop <style>, and again below for dark mode. The button keeps its colour in
 * both: white on teal is readable on either, also where a reader inverts what it thinks is light.
 */
const style = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  body { margin: 0; padding: 0; width: 100% !important; -webkit-text-size-adjust: 100%; }
  @media (max-width: 480px) {
    .card { padding: 24px 20px 8px !important; }
    .outer { padding: 16px 8px !important; }
    .heading { font-size: 22px !important; }
    .button { width: 100% !important; }
    .button a { display: block !important; text-align: center !important; }
  }
  @media (prefers-color-scheme: dark) {
    .page { background: #0b1214 !important; }
    .card { background: #141d20 !important; border-color: #243236 !important; }
    .heading, .strong { color: #f1f5f5 !important; }
    .text { color: #cfd9da !important; }
    .quiet { color: #93a3a6 !important; }
    .brand { color: #5eead4 !important; }
    .link { color: #5eead4 !important; }
    .line { border-color: #243236 !important; }
    .note { background: #182528 !important; border-color: #2dd4bf !important; }
  }`;

/** One mail in two parts from the same blocks. Throws when a link is not http or https. */
export function renderMail(content: MailContent): RenderedMail {
  const subject = oneLine(content.subject);
  return { subject, html: htmlOf({ ...content, subject }), text: textOf(content) };
}

/** Text for HTML, safe inside elements and quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function htmlOf(content: MailContent): string {
  const organisation = escapeHtml(oneLine(content.organisation));
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>${escapeHtml(content.subject)}</title>
<style>${style}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#eef3f3;">
${preheaderOf(content.preheader)}
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef3f3;">
<tr><td class="outer" align="center" style="padding:32px 16px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;">
<tr><td class="brand" style="padding:0 4px 16px;font:600 15px/20px ${font};color:#0f766e;">${organisation}</td></tr>
<tr><td class="card" style="background:#ffffff;border:1px solid #dbe5e5;border-radius:12px;padding:36px 36px 18px;">
<h1 class="heading" style="margin:0 0 16px;font:650 24px/30px ${font};color:#10201f;">${escapeHtml(content.heading)}</h1>
${content.blocks.map(blockAsHtml).join('\n')}
</td></tr>
<tr><td class="quiet" style="padding:20px 4px 0;font:400 13px/19px ${font};color:#5d6f70;">${escapeHtml(content.footer)}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

/** Followed by blanks, or mailboxes go on with the beginning of the mail. */
function preheaderOf(text: string): string {
  const filler = '&#847;&zwnj;&nbsp;'.repeat(60);
  return `<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;">${escapeHtml(text)}${filler}</div>`;
}

function blockAsHtml(block: MailBlock): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p class="text" style="margin:0 0 16px;font:400 16px/25px ${font};color:#32484a;">${escapeHtml(block.text)}</p>`;
    case 'button':
      return buttonAsHtml(block.label, escapeHtml(link(block.url)));
    case 'link':
      return `<p style="margin:0 0 16px;font:500 16px/25px ${font};"><a class="link" href="${escapeHtml(link(block.url))}" style="color:#0f766e;">${escapeHtml(block.label)}</a></p>`;
    case 'facts':
      return tableOf(block.rows.map(factAsHtml).join(''), '4px 0 20px');
    case 'list':
      return `<ul class="text" style="margin:0 0 16px;padding:0 0 0 22px;font:400 16px/25px ${font};color:#32484a;">${block.items.map((item) => `<li style="margin:0 0 4px;">${escapeHtml(item)}</li>`).join('')}</ul>`;
    case 'note':
      return tableOf(
        `<tr><td class="note text" style="padding:12px 16px;background:#f0f7f6;border-left:3px solid #0f766e;border-radius:4px;font:400 14px/21px ${font};color:#32484a;">${escapeHtml(block.text)}</td></tr>`,
        '4px 0 16px',
      );
  }
}

/** The address stands below the button too: for readers without links, and for those who look before they click. */
function buttonAsHtml(label: string, url: string): string {
  return `<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0" style="margin:8px 0 16px;border-collapse:separate;"><tr><td class="button" bgcolor="#0f766e" style="background:#0f766e;border-radius:8px;"><a href="${url}" style="display:inline-block;padding:13px 26px;font:600 16px/22px ${font};color:#ffffff;text-decoration:none;border-radius:8px;">${escapeHtml(label)}</a></td></tr></table>
<p class="quiet" style="margin:0 0 20px;font:400 13px/19px ${font};color:#5d6f70;">If the button does not work, open this address:<br><a class="link" href="${url}" style="color:#0f766e;word-break:break-word;overflow-wrap:anywhere;">${url}</a></p>`;
}

function factAsHtml([label, value]: readonly [string, string]): string {
  const cell = `padding:9px 0;border-top:1px solid #e3ebeb;vertical-align:top;font:400 15px/21px ${font};`;
  return `<tr><td class="quiet line" width="38%" style="${cell}color:#5d6f70;padding-right:12px;">${escapeHtml(label)}</td><td class="strong line" style="${cell}color:#10201f;word-break:break-word;">${escapeHtml(value)}</td></tr>`;
}

function tableOf(rows: string, margin: string): string {
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:${margin};border-collapse:separate;">${rows}</table>`;
}

function textOf(content: MailContent): string {
  const parts = [
    oneLine(content.organisation),
    content.heading,
    ...content.blocks.map(blockAsText),
    `-- \n${content.footer}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function blockAsText(block: MailBlock): string {
  switch (block.kind) {
    case 'paragraph':
    case 'note':
      return block.text;
    case 'button':
    case 'link':
      return `${block.label}:\n${link(block.url)}`;
    case 'facts':
      return block.rows.map(([label, value]) => `${label}: ${value}`).join('\n');
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
  }
}

/** The address as it will be written: what a URL parser made of it, so that nothing in it ends the attribute. */
function link(url: string): string {
  const { protocol, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error('A link in a mail must be http or https');
  return href;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
