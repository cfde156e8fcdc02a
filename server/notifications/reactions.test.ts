import { expect, test } from 'vitest';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';
import { reactions } from './reactions.ts';

const id = '0190a5b0-0000-7000-8000-00000000000a';

const event = (type: string, data: JsonObject): StoredEvent => ({
  position: 1,
  id,
  stream: `member-${id}`,
  version: 1,
  type,
  schemaVersion: 1,
  data: { memberId: id, version: 1, ...data },
  correlationId: id,
  causationId: null,
  actor: { kind: 'system', id: 'test' },
  source: 'test',
  occurredAt: '2026-01-01T00:00:00Z',
  recordedAt: '2026-01-01T00:00:00Z',
});

const mailOf = (one: StoredEvent) => {
  const mail = reactions.find((reaction) => reaction.name === 'mail');
  return mail?.payload(one)?.template ?? null;
};

test('one is welcomed once, however many addresses one verifies', () => {
  expect(mailOf(event('member.verified', {}))).toBe('welcome');
  expect(mailOf(event('member.verified', { again: true }))).toBeNull();
});

test('people who are imported get no mail', () => {
  expect(mailOf(event('member.registered', { channel: 'self-service' }))).toBe('verify-email');
  expect(mailOf(event('member.registered', { channel: 'import' }))).toBeNull();
});
