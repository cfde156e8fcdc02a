import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testApp } from '#test/database.ts';
import { checkCompatibility } from './compatibility.ts';
import { defineEvent, type EventType } from './define.ts';
import { eventCatalogue, jsonSchemaOf, syncRegistry } from './registry.ts';
import { systemContext } from './store.testing.ts';

let serial = 0;
const type = (data: z.ZodObject, version = 1, name = `registry_test.t_${'x'.repeat(++serial)}`): EventType =>
  defineEvent({
    type: name,
    version,
    producers: ['guildhall'],
    data,
    upcasters: Object.fromEntries(Array.from({ length: version - 1 }, (_, i) => [i + 1, (old) => old])),
  });

const check = (older: z.ZodObject, newer: z.ZodObject) =>
  checkCompatibility(jsonSchemaOf(type(older)), jsonSchemaOf(type(newer)));

const base = {
  id: z.uuid(),
  n: z.int().min(0).max(10),
  word: z.string().max(20),
  state: z.enum(['a', 'b']),
  note: z.string().optional(),
  maybe: z.string().nullable(),
  inner: z.strictObject({ deep: z.string() }),
  list: z.array(z.strictObject({ deep: z.string() })),
  choice: z.union([z.string(), z.int()]),
  map: z.record(z.string(), z.int()),
};
const object = (changes: z.ZodRawShape = {}) => z.strictObject({ ...base, ...changes });
const without = (field: keyof typeof base) => {
  const { [field]: _, ...rest } = base;
  return z.strictObject(rest);
};

describe('compatible', () => {
  it.each<[string, z.ZodObject]>([
    ['the same', object()],
    ['a new optional field', object({ extra: z.string().optional() })],
    ['an enum that gained a value', object({ state: z.enum(['a', 'b', 'c']) })],
    ['looser bounds', object({ n: z.int().min(-5).max(100), word: z.string().max(30) })],
    ['no bounds', object({ word: z.string() })],
    ['an integer that became a number', object({ n: z.number().min(0).max(10) })],
    ['a value that became nullable', object({ word: z.string().max(20).nullable() })],
    ['one alternative more', object({ choice: z.union([z.string(), z.int(), z.boolean()]) })],
    [
      'a new optional field deep inside',
      object({ inner: z.strictObject({ deep: z.string(), more: z.string().optional() }) }),
    ],
  ])('%s', (_, newer) => {
    expect(check(object(), newer)).toEqual([]);
  });
});

describe('incompatible, naming the field', () => {
  it.each<[string, z.ZodObject, string]>([
    ['a required field is gone', without('word'), 'data.word'],
    ['an optional field is gone', without('note'), 'data.note'],
    ['a new required field', object({ extra: z.string() }), 'data.extra'],
    ['an optional field became required', object({ note: z.string() }), 'data.note'],
    ['a required field became optional', object({ word: z.string().max(20).optional() }), 'data.word'],
    ['another type', object({ word: z.int() }), 'data.word'],
    ['other values of a record', object({ map: z.record(z.string(), z.boolean()) }), 'data.map.*'],
    ['an enum lost a value', object({ state: z.enum(['a']) }), 'data.state'],
    ['an enum where any text was allowed', object({ word: z.enum(['x']) }), 'data.word'],
    ['a tighter bound', object({ n: z.int().min(1).max(10) }), 'data.n'],
    ['a new bound', object({ note: z.string().max(5).optional() }), 'data.note'],
    ['a new format', object({ word: z.email().max(20) }), 'data.word'],
    ['a value that is not nullable any more', object({ maybe: z.string() }), 'data.maybe'],
    ['one alternative fewer', object({ choice: z.string() }), 'data.choice'],
    ['a field deep inside', object({ inner: z.strictObject({ deep: z.int() }) }), 'data.inner.deep'],
    ['a field of list items', object({ list: z.array(z.strictObject({})) }), 'data.list[].deep'],
    ['open content', z.looseObject(base), 'data'],
  ])('%s', (_, newer, path) => {
    expect(check(object(), newer).map((problem) => problem.path)).toContain(path);
  });

  it('open content that was closed', () => {
    expect(check(z.looseObject(base), object()).map((problem) => problem.path)).toEqual(['data']);
  });
});

describe('the registry', () => {
  const app = testApp();

  it('writes new versions once, and refuses what does not fit any stored version, whole', async () => {
    const ctx = systemContext(app.current);
    const name = 'registry_test.kept';
    const one = type(z.strictObject({ id: z.uuid() }), 1, name);
    expect(await syncRegistry(ctx, [one])).toEqual({ registered: 1 });
    expect(await syncRegistry(ctx, [one])).toEqual({ registered: 0 });
    const two = type(z.strictObject({ id: z.uuid(), note: z.string().optional() }), 2, name);
    expect(await syncRegistry(ctx, [two])).toEqual({ registered: 1 });
    const bad = type(z.strictObject({ id: z.uuid(), note: z.string().optional(), must: z.int() }), 3, name);
    const other = type(z.strictObject({ id: z.uuid() }), 1, 'registry_test.other');
    await expect(syncRegistry(ctx, [other, bad])).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('registry_test.kept.data.must'),
      errors: [expect.objectContaining({ message: expect.stringContaining('version 1') }), expect.anything()],
    });
    // Fits version 2, but not version 1, of which there are events too.
    const turned = type(z.strictObject({ id: z.uuid(), note: z.int().optional() }), 3, name);
    await expect(syncRegistry(ctx, [turned])).rejects.toThrow('data.note');
    const stored = await ctx.sql`select type, version from event_schemas where type like 'registry_test.%' order by 2`;
    expect([...stored]).toEqual([
      { type: name, version: 1 },
      { type: name, version: 2 },
    ]);
  });

  it('refuses a change without a new version', async () => {
    const ctx = systemContext(app.current);
    const name = 'registry_test.changed';
    await syncRegistry(ctx, [type(z.strictObject({ id: z.uuid() }), 1, name)]);
    const changed = type(z.strictObject({ id: z.uuid(), note: z.string().optional() }), 1, name);
    await expect(syncRegistry(ctx, [changed])).rejects.toThrow('without a new version');
  });

  it('does not let two domains claim a type', () => {
    const one = type(z.strictObject({}));
    expect(() => eventCatalogue([[one], [one]])).toThrow('twice');
  });
});
