import { randomUUID } from 'node:crypto';
import { json, type Reply } from '../http.ts';

export type ErrorDetail = { message: string; code: string; context: { propertyName: string[] } };

/** An answer in HubSpot's error form, thrown by whatever finds the request wanting. */
export class CrmError extends Error {
  readonly status: number;
  readonly extra: Record<string, unknown>;

  constructor(status: number, message: string, extra: Record<string, unknown>) {
    super(message);
    this.status = status;
    this.extra = extra;
  }

  toReply(headers: Record<string, string> = {}): Reply {
    const body = { status: 'error', message: this.message, correlationId: randomUUID(), ...this.extra };
    return json(this.status, body, headers);
  }
}

export const notFound = () => new CrmError(404, 'resource not found', { category: 'OBJECT_NOT_FOUND' });

export const malformed = (message: string) =>
  new CrmError(400, `Invalid input JSON: ${message}`, { category: 'VALIDATION_ERROR' });

export const invalidRequest = (message: string) => new CrmError(400, message, { category: 'VALIDATION_ERROR' });

export const contactExists = (id: number) =>
  new CrmError(409, `Contact already exists. Existing ID: ${id}`, { category: 'CONFLICT' });

/** What an update that takes a unique value of another contact is answered with; it quotes the value. */
export const valueHeld = (property: string, value: string, id: number, holder: number) =>
  new CrmError(
    400,
    `Cannot set PropertyValueCoordinates{portalId=1, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, propertyName=${property}, value=${value}} on ${id}. ${holder} already has that value.`,
    { category: 'VALIDATION_ERROR' },
  );

export const valueTaken = (property: string, id: number) =>
  new CrmError(409, `A contact with that value of ${property} already exists. Existing ID: ${id}`, {
    category: 'CONFLICT',
  });

export const propertyExists = (name: string) =>
  new CrmError(409, `A property named '${name}' already exists.`, { category: 'OBJECT_ALREADY_EXISTS' });

export const unauthenticated = () =>
  new CrmError(
    401,
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    { category: 'INVALID_AUTHENTICATION' },
  );

export const internal = () => new CrmError(500, 'internal error', { category: 'INTERNAL_ERROR' });

/** HubSpot repeats the details as JSON inside the message. */
export function invalidProperties(details: ErrorDetail[]): CrmError {
  const inMessage = details.map(({ message, code, context }) => ({
    isValid: false,
    message,
    error: code,
    name: context.propertyName[0],
    localizedErrorMessage: message,
  }));
  return new CrmError(400, `Property values were not valid: ${JSON.stringify(inMessage)}`, {
    category: 'VALIDATION_ERROR',
    errors: details,
  });
}

export function rateLimited(policyName: 'TEN_SECONDLY_ROLLING' | 'DAILY'): CrmError {
  return new CrmError(429, `You have reached your ${policyName.toLowerCase()} limit.`, {
    errorType: 'RATE_LIMIT',
    policyName,
    category: 'RATE_LIMITS',
  });
}
