import { z } from 'zod';
import { statusOf } from '#server/errors/errors.ts';
import { problemContentType } from '#server/errors/problem.ts';
import { type AnyRoute, fullPath } from './route.ts';

/**
 * OpenAPI 3.1 from the schemas that check the requests. Made with zod's own JSON Schema (OpenAPI 3.1 is JSON Schema
 * 2020-12) rather than with a registry of Hono's: one declaration is read by wrapper and document alike.
 */
export type JsonSchema = { [key: string]: unknown };

export interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  description: string;
  security: Record<string, string[]>[];
  parameters: {
    name: string;
    in: 'path' | 'query' | 'header';
    required: boolean;
    description?: string;
    schema: JsonSchema;
  }[];
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema }> }>;
}

export interface OpenApi {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
}

const manners = [
  'Membership operations. Errors are RFC 9457 problem details.',
  'Amounts are whole numbers in minor units with their currency; times are RFC 3339 in UTC.',
  'PUT and PATCH: with If-Match a change is made only to the version that was seen (otherwise 412); without it the last write wins.',
].join(' ');

/** What each header of ours means, where it is taken. */
const headerWords: Record<string, string> = {
  'Idempotency-Key': 'One key for one thing that is meant: the same key and body gives the first answer again.',
  'If-Match': 'The ETag as GET gave it: 412 when the record has changed since. Without it the last write wins.',
  'If-None-Match': 'The ETag as GET gave it: 304 when nothing has changed since.',
  'Last-Event-ID': 'Goes on after that event, without a gap.',
};

export function openApiOf(routes: readonly AnyRoute[], version: string): OpenApi {
  const paths: OpenApi['paths'] = {};
  for (const route of routes) {
    const path = fullPath(route);
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Guildhall', version, description: manners },
    paths,
    components: {
      schemas: { Problem: jsonSchema(problem, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'session' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  correlationId: z.uuid(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

function operationOf(route: AnyRoute): Operation {
  return {
    operationId: `${route.method}${fullPath(route).replace(/[^a-zA-Z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
    summary: route.summary,
    tags: [route.tag],
    description: route.permission === 'public' ? 'Open to everyone.' : `Needs ${route.permission.join(' or ')}.`,
    security: route.permission === 'public' ? [] : [{ session: [] }, { bearer: [] }],
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query'), ...headersOf(route)],
    ...(route.kind === 'json' && route.body ? { requestBody: bodyOf(route.body, route.bodyType ?? 'json') } : {}),
    responses: { ...successOf(route), ...problemsOf(route) },
  };
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Operation['parameters'] {
  if (!schema) return [];
  const { properties, required } = jsonSchema(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (required?.includes(name) ?? false),
    schema: property,
  }));
}

function headersOf(route: AnyRoute): Operation['parameters'] {
  const names: string[] = [];
  if (route.kind === 'json' && route.idempotent) names.push('Idempotency-Key');
  if (route.kind === 'json' && route.etag) names.push(route.method === 'get' ? 'If-None-Match' : 'If-Match');
  if (route.kind === 'json' && route.signatureHeader) names.push(route.signatureHeader);
  if (route.kind === 'stream') names.push('Last-Event-ID');
  return names.map((name) => ({
    name,
    in: 'header',
    required: false,
    ...(headerWords[name] ? { description: headerWords[name] } : {}),
    schema: { type: 'string' },
  }));
}

const bodyOf = (schema: z.ZodType, type: 'json' | 'form' | 'raw') => ({
  required: true as const,
  content: {
    [type === 'form' ? 'application/x-www-form-urlencoded' : 'application/json']: {
      // What is signed is the text of an object that its sender describes.
      schema: type === 'raw' ? { type: 'object' } : jsonSchema(schema, 'input'),
    },
  },
});

function successOf(route: AnyRoute): Operation['responses'] {
  switch (route.kind) {
    case 'json': {
      const { status, schema } = route.response;
      if (status === 204) return { '204': { description: 'Done' } };
      const content = { 'application/json': { schema: jsonSchema(schema, 'output') } };
      return { [status]: { description: route.summary, content } };
    }
    case 'stream':
      return { '200': textOf(route.summary, 'text/event-stream') };
    case 'download':
    case 'text':
      return { '200': textOf(route.summary, route.contentType) };
  }
}

const textOf = (description: string, type: string) => ({
  description,
  content: { [type]: { schema: { type: 'string' } } },
});

function problemsOf(route: AnyRoute): Operation['responses'] {
  const codes: (keyof typeof statusOf)[] = ['invalid_request', 'too_many_requests', 'internal', 'unavailable'];
  if (route.permission !== 'public') codes.push('unauthenticated', 'forbidden');
  if (route.path.includes('{')) codes.push('not_found');
  if (route.kind === 'json' && route.method !== 'get') codes.push('conflict', 'rule_violated');
  if (route.kind === 'json' && route.body) codes.push('too_large', 'unsupported_media_type');
  if (route.kind === 'json' && route.etag && route.method !== 'get') codes.push('precondition_failed');
  const content = { [problemContentType]: { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    codes.map((code) => [String(statusOf[code]), { description: code.replaceAll('_', ' '), content }]),
  );
}
