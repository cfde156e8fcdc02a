import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type ErrorDetail, invalidProperties, invalidRequest, notFound, propertyExists } from './errors.ts';

const types = ['string', 'number', 'date', 'datetime', 'enumeration', 'bool'] as const;
const fieldTypes = [
  'textarea',
  'text',
  'date',
  'file',
  'number',
  'select',
  'radio',
  'checkbox',
  'booleancheckbox',
  'calculation_equation',
  'phonenumber',
] as const;

const option = z.object({
  label: z.string(),
  value: z.string(),
  hidden: z.boolean().default(false),
  displayOrder: z.int().optional(),
  description: z.string().optional(),
});
const definition = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be lower case letters, digits and underscores'),
  label: z.string().min(1),
  type: z.enum(types),
  fieldType: z.enum(fieldTypes),
  groupName: z.string().min(1),
  description: z.string().default(''),
  options: z.array(option).default([]),
  hasUniqueValue: z.boolean().default(false),
  hidden: z.boolean().default(false),
  formField: z.boolean().default(false),
  displayOrder: z.int().default(-1),
});
const changes = definition.omit({ name: true, hasUniqueValue: true }).partial();
const group = z.object({ name: z.string().min(1), label: z.string().min(1), displayOrder: z.int().default(-1) });

export type Property = z.output<typeof definition> & {
  hubspotDefined: boolean;
  readOnly: boolean;
  createdAt: number;
  updatedAt: number;
};
export type Values = Record<string, string>;

const schema = `
  CREATE TABLE IF NOT EXISTS properties (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS property_groups (name TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT;
`;

/** The contact properties of the account, and the check of values against them. `withCustom`: Guildhall's five exist from the start. */
export class Properties {
  #database: DatabaseSync;
  #known = new Map<string, Property>();

  constructor(database: DatabaseSync, withCustom: boolean) {
    this.#database = database;
    database.exec(schema);
    this.#createGroup({ name: 'contactinformation', label: 'Contact information' });
    for (const row of database.prepare('SELECT definition FROM properties').all() as { definition: string }[]) {
      const property = JSON.parse(row.definition) as Property;
      this.#known.set(property.name, property);
    }
    for (const initial of withCustom ? [...builtIn, ...custom] : builtIn) {
      if (!this.#known.has(initial.name)) this.#keep(initial);
    }
  }

  all(): Property[] {
    return [...this.#known.values()];
  }

  get(name: string): Property | undefined {
    return this.#known.get(name);
  }

  /** Names whose values no two contacts may share. */
  unique(): string[] {
    return this.all()
      .filter((property) => property.hasUniqueValue)
      .map((property) => property.name);
  }

  create(input: unknown): Property {
    const parsed = definition.safeParse(input);
    if (!parsed.success) throw invalidRequest(said(parsed.error));
    if (this.#known.has(parsed.data.name)) throw propertyExists(parsed.data.name);
    this.#requireGroup(parsed.data.groupName);
    const now = Date.now();
    return this.#keep({ ...parsed.data, hubspotDefined: false, readOnly: false, createdAt: now, updatedAt: now });
  }

  update(name: string, input: unknown): Property {
    const property = this.#known.get(name);
    if (!property) throw notFound();
    const parsed = changes.safeParse(input);
    if (!parsed.success) throw invalidRequest(said(parsed.error));
    const given = Object.fromEntries(Object.entries(parsed.data).filter(([key]) => Object.hasOwn(Object(input), key)));
    return this.#keep({ ...property, ...given, updatedAt: Date.now() });
  }

  groups(): unknown[] {
    const rows = this.#database.prepare('SELECT definition FROM property_groups ORDER BY name').all();
    return (rows as { definition: string }[]).map((row) => JSON.parse(row.definition));
  }

  createGroup(input: unknown): unknown {
    const parsed = group.safeParse(input);
    if (!parsed.success) throw invalidRequest(said(parsed.error));
    const made = this.#createGroup(parsed.data);
    if (!made) throw propertyExists(parsed.data.name);
    return made;
  }

  /** Throws HubSpot's 400 when a property does not exist, cannot be written, or its value does not fit. */
  check(values: Values): void {
    const details = Object.entries(values).flatMap(([name, value]) => this.#fault(name, value));
    if (details.length > 0) throw invalidProperties(details);
  }

  #fault(name: string, value: string): ErrorDetail[] {
    const detail = (code: string, message: string) => [{ message, code, context: { propertyName: [name] } }];
    const property = this.#known.get(name);
    if (!property) return detail('PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`);
    if (property.readOnly)
      return detail('READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set`);
    if (value === '') return [];
    if (name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) {
      return detail('INVALID_EMAIL', `Email address ${value} is invalid`);
    }
    if (property.type === 'number' && !Number.isFinite(Number(value))) {
      return detail('INVALID_LONG', `${value} was not a valid number`);
    }
    if (property.type === 'bool' && value !== 'true' && value !== 'false') {
      return detail('INVALID_OPTION', `${value} was not one of the allowed options: [true, false]`);
    }
    if (property.type === 'enumeration' && !property.options.some((known) => known.value === value)) {
      const allowed = property.options.map((known) => known.value).join(', ');
      return detail('INVALID_OPTION', `${value} was not one of the allowed options: [${allowed}]`);
    }
    if ((property.type === 'date' || property.type === 'datetime') && Number.isNaN(timeOf(value))) {
      return detail('INVALID_DATE', `${value} was not a valid ${property.type}`);
    }
    return [];
  }

  #keep(property: Property): Property {
    this.#known.set(property.name, property);
    this.#database
      .prepare(
        'INSERT INTO properties (name, definition) VALUES (?, ?) ON CONFLICT DO UPDATE SET definition = excluded.definition',
      )
      .run(property.name, JSON.stringify(property));
    return property;
  }

  #requireGroup(name: string): void {
    if (this.#database.prepare('SELECT 1 FROM property_groups WHERE name = ?').get(name)) return;
    throw invalidRequest(`Property group '${name}' does not exist`);
  }

  #createGroup(input: z.input<typeof group>): unknown {
    const made = { displayOrder: -1, archived: false, ...input };
    const { changes: added } = this.#database
      .prepare('INSERT INTO property_groups (name, definition) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(made.name, JSON.stringify(made));
    return Number(added) > 0 ? made : undefined;
  }
}

/** Epoch ms of a date value: ISO, or a string of epoch ms as HubSpot's filters use. */
export function timeOf(value: string): number {
  return /^-?\d{9,}$/.test(value) ? Number(value) : Date.parse(value);
}

/** A property as HubSpot's API shows it. */
export function propertyView({ readOnly, createdAt, updatedAt, ...property }: Property): Record<string, unknown> {
  return {
    ...property,
    calculated: false,
    externalOptions: false,
    archived: false,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    modificationMetadata: {
      archivable: !property.hubspotDefined,
      readOnlyDefinition: property.hubspotDefined,
      readOnlyValue: readOnly,
    },
  };
}

function said(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

function property(name: string, label: string, more: Partial<Property> = {}): Property {
  return {
    name,
    label,
    type: 'string',
    fieldType: 'text',
    groupName: 'contactinformation',
    description: '',
    options: [],
    hasUniqueValue: false,
    hidden: false,
    formField: true,
    displayOrder: -1,
    hubspotDefined: true,
    readOnly: false,
    createdAt: 0,
    updatedAt: 0,
    ...more,
  };
}

const readOnlyTime: Partial<Property> = { type: 'datetime', fieldType: 'date', readOnly: true };
const ours: Partial<Property> = { hubspotDefined: false };

const builtIn: Property[] = [
  property('hs_object_id', 'Record ID', { type: 'number', fieldType: 'number', readOnly: true }),
  property('createdate', 'Create date', readOnlyTime),
  property('lastmodifieddate', 'Last modified date', readOnlyTime),
  // Unique in HubSpot too, though its definition does not say so.
  property('email', 'Email', { hasUniqueValue: true }),
  property('firstname', 'First name'),
  property('lastname', 'Last name'),
  property('phone', 'Phone number', { fieldType: 'phonenumber' }),
  property('mobilephone', 'Mobile phone number', { fieldType: 'phonenumber' }),
  property('address', 'Street address'),
  property('city', 'City'),
  property('state', 'State/Region'),
  property('zip', 'Postal code'),
  property('country', 'Country/Region'),
  property('company', 'Company name'),
  property('jobtitle', 'Job title'),
  property('date_of_birth', 'Date of birth'),
  property('lifecyclestage', 'Lifecycle stage'),
  property('hs_email_optout', 'Unsubscribed from all email', {
    type: 'bool',
    fieldType: 'booleancheckbox',
    readOnly: true,
  }),
];

const custom: Property[] = [
  property('guildhall_id', 'Guildhall ID', { ...ours, hasUniqueValue: true }),
  property('guildhall_version', 'Guildhall version', { ...ours, type: 'number', fieldType: 'number' }),
  property('member_number', 'Member number', ours),
  property('membership_status', 'Membership status', ours),
  property('plan', 'Plan', ours),
];
