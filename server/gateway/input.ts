import type { z } from 'zod';
import { AppError, type FieldError } from '#server/errors/errors.ts';
import { valuesOf } from './body.ts';
import type { GatewayRequest } from './request.ts';
import type { AnyRoute } from './route.ts';

export interface Part {
  name: 'path' | 'query' | 'body';
  schema: z.ZodType | undefined;
  value: unknown;
}

export const pathPart = (request: GatewayRequest, route: AnyRoute): Part => ({
  name: 'path',
  schema: route.params,
  value: request.context.req.param(),
});

export const queryPart = (request: GatewayRequest, route: AnyRoute): Part => ({
  name: 'query',
  schema: route.query,
  value: request.search === '' ? {} : valuesOf(new URLSearchParams(request.search)),
});

/**
 * Parses all parts and tells everything that is wrong with them at once.
 * @throws AppError `invalid_request` with a path and a reason per field. Values are never repeated.
 */
export function parseParts(parts: readonly Part[]): Record<Part['name'], unknown> {
  const parsed: Record<Part['name'], unknown> = { path: undefined, query: undefined, body: undefined };
  const errors: FieldError[] = [];
  for (const { name, schema, value } of parts) {
    const prefix = name === 'body' ? '' : `${name}.`;
    if (!schema) {
      if (name === 'query') errors.push(...Object.keys(value as object).map((key) => unknownField(prefix + key)));
      continue;
    }
    const result = schema.safeParse(value);
    if (result.success) parsed[name] = result.data;
    else errors.push(...fieldErrors(result.error, prefix));
  }
  if (errors.length > 0) throw new AppError('invalid_request', summary(errors), { errors });
  return parsed;
}

const unknownField = (path: string): FieldError => ({ path, message: 'is not known here' });

const summary = (errors: FieldError[]) =>
  errors.length === 1 ? 'One value cannot be taken.' : `${errors.length} values cannot be taken.`;

const mostErrors = 50;

function fieldErrors(error: z.ZodError, prefix: string): FieldError[] {
  return error.issues.slice(0, mostErrors).flatMap((issue) => {
    const path = prefix + issue.path.map(String).join('.');
    if (issue.code !== 'unrecognized_keys') return [{ path: path.replace(/\.$/, ''), message: issue.message }];
    const before = issue.path.length > 0 ? `${path}.` : prefix;
    return issue.keys.slice(0, mostErrors).map((key) => unknownField((before + key).slice(0, 200)));
  });
}
