import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moneyTemplates } from './money-templates.ts';
import { renderSample, sampleInputs, templateNames } from './samples.testing.ts';
import { counted, day, greeting, instant } from './wording.ts';

function textOfHtml(html: string): string {
  const body = html.slice(html.indexOf('<h1')).replace(/<[^>]*>/g, ' ');
  const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
  return body.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity).replace(/\s+/g, ' ');
}

describe.each(templateNames)('mail %s', (name) => {
  const rendered = renderSample(name);

  it('has a one-line subject and two full parts', () => {
    expect(rendered.subject).toMatch(/^\S[^\n]{5,90}$/);
    expect(rendered.html).toMatch(/^<!doctype html>/);
    expect(rendered.html).not.toMatch(/undefined|\[object|NaN|Invalid Date/);
    expect(rendered.text).not.toMatch(/undefined|\[object|NaN|Invalid Date|<[a-z]|&[a-z]+;/);
    expect(rendered.html).not.toMatch(/<(p|td|li|h1|a|title)[^>]*>\s*<\/\1>/);
  });

  it('carries every value of its input, and its links, in both parts', () => {
    const html = textOfHtml(rendered.html);
    const text = rendered.text.replace(/\s+/g, ' ');
    for (const [field, value] of Object.entries(sampleInputs[name])) {
      for (const one of Array.isArray(value) ? value.flat() : [value]) {
        const shown = typeof one !== 'string' || !/(At|On)$/.test(field) ? String(one) : day(one);
        expect(text, field).toContain(shown);
        if (field !== 'organisation') expect(`${html} ${decodedLinks(rendered.html)}`, field).toContain(shown);
      }
    }
    expect(decodedLinks(rendered.html)).toContain(rendered.text.match(/https:\S+/)?.[0]);
  });

  it('loads nothing from anywhere: no image, script, font or style sheet', () => {
    expect(rendered.html).not.toMatch(/<(img|script|link|iframe)|@import|url\(/i);
  });

  it('fits a phone and a dark screen', () => {
    expect(rendered.html).toContain('name="viewport"');
    expect(rendered.html).toContain('prefers-color-scheme: dark');
    expect(rendered.html).toContain('content="light dark"');
  });

  it('escapes whatever people and places are called', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '\n', 'é', '🚀', ' '),
      minLength: 1,
    });
    fc.assert(
      fc.property(hostile, (organisation) => {
        const { html, subject } = renderSample(name, { organisation, givenName: organisation });
        expect(tagsOf(html)).toEqual(tagsOf(rendered.html));
        expect(subject).not.toContain('\n');
      }),
      { numRuns: 40 },
    );
  });
});

describe('a mail that an earlier version composed', () => {
  const ordersUrl = 'https://members.example.org/orders';
  const common = { organisation: 'Institute of Measurement', givenName: 'Zoë', ordersUrl };
  const paper = { ...common, number: 'REC-2026-000017', total: '€129.00', issuedOn: '2026-11-21' };
  const refund = { ...common, amount: '€29.00', number: null, card: null, refundedOn: '2026-11-21' };

  it.each([
    ['receipt', moneyTemplates.receipt(paper), '€129.00'],
    ['invoice', moneyTemplates.invoice(paper), '€129.00'],
    ['refunded', moneyTemplates.refunded(refund), '€29.00'],
  ])('%s is still sent, and leads to all orders', (_, { subject, html, text }, amount) => {
    expect(text).toContain(amount);
    expect(text).toContain('See your orders');
    expect(decodedLinks(html)).toContain(ordersUrl);
    expect(subject + html + text).not.toContain('undefined');
  });
});

describe('mail wording', () => {
  it('refuses links that are not http or https', () => {
    expect(() => renderSample('verify-email', { verifyUrl: 'javascript:alert(1)' })).toThrow('http or https');
  });

  it('writes every character that means something in HTML as an entity', () => {
    const { html } = renderSample('welcome', { planName: `<b> & "c" 'd'` });
    expect(html).toContain('&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;');
  });

  it('keeps a link from ending its attribute', () => {
    const { html } = renderSample('verify-email', { verifyUrl: 'https://example.org/"><b>x</b>?a=1&b=2' });
    expect(html).not.toContain('<b>');
    expect(html).toContain('?a=1&amp;b=2');
  });

  it('greets by name, but never with an advertisement in place of one', () => {
    expect(greeting('Zoë')).toBe('Hello Zoë,');
    expect(greeting('Anne-Marie O’Neill Jr.')).toBe('Hello Anne-Marie O’Neill Jr.,');
    for (const name of ['', null, 'win at evil.example', 'http://evil', 'a@b', 'x'.repeat(41), 'www evil']) {
      expect(greeting(name)).toBe('Hello,');
    }
  });

  it('shows values of a changed profile nowhere, only the names of fields', () => {
    const { text } = renderSample('profile-updated', { changedFields: ['E-mail address'] });
    expect(text).toContain('- E-mail address');
  });

  it('writes times in UTC whatever the machine thinks', () => {
    expect(instant('2026-11-21T23:59:59.999Z')).toBe('21 November 2026, 23:59 UTC');
    expect(instant('2026-11-22T00:30:00+01:00')).toBe('21 November 2026, 23:30 UTC');
    expect(day('2026-12-31')).toBe('31 December 2026');
    expect([counted(1, 'hour'), counted(24, 'hour')]).toEqual(['1 hour', '24 hours']);
  });
});

function tagsOf(html: string): string[] {
  return [...html.matchAll(/<\/?[a-z][^\s>]*/g)].map(([tag]) => tag);
}

function decodedLinks(html: string): string {
  return [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href?.replaceAll('&amp;', '&')).join(' ');
}
