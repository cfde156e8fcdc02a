// The package's main entry loads every HubSpot product on the way; these are the two that are used.
import * as contactsApi from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import * as propertiesApi from '@hubspot/api-client/lib/codegen/crm/properties/index.js';
import { ApiClientConfigurator } from '@hubspot/api-client/lib/src/configuration/ApiClientConfigurator.js';
import { fromPartnerRecord, type PartnerRecord, toPartnerRecord } from '../field-mapping.ts';
import { httpError, PartnerError } from '../partner-error.ts';
import type { PartnerMember } from '../partner-member.ts';
import { type CustomProperty, crmMapping, customProperties } from './mapping.ts';
import { AddressTakenError, timedTransport } from './transport.ts';

const objectType = 'contacts';
const idProperty = 'guildhall_id';
const readProperties: string[] = crmMapping.map(({ target }) => target);
const defaultTimeoutMs = 10_000;

/** A contact in our words; `joinedAt` is a day (YYYY-MM-DD), `updatedAt` an RFC 3339 instant in UTC. */
export interface CrmContact extends PartnerMember {
  recordId: string;
  updatedAt: string;
}

/** `recordId` is the CRM's id; `version` the one stored now; `applied` false when it was already as new. */
export interface CrmWrite {
  recordId: string;
  version: number;
  applied: boolean;
}

/** The CRM. Every method throws PartnerError; every request ends within the time limit. */
export interface CrmSystem {
  /** Creates our contact properties where the account lacks them. */
  install: () => Promise<void>;
  /**
   * Writes the member's state unless a version as new or newer is stored. The CRM has no conditional write: the guard
   * is a read before it, so the caller must write one member's states one after another. A contact that was made in the
   * CRM with the member's e-mail address becomes the member's.
   */
  upsertContact: (member: PartnerMember) => Promise<CrmWrite>;
  /** Null when there is none. */
  readContact: (memberId: string) => Promise<CrmContact | null>;
  /**
   * Writes what the member paid last, beside what `upsertContact` writes. Callers write one member's payments one after another.
   * `transient` while the contact is not there yet.
   */
  writeLastPayment: (memberId: string, payment: LastPayment) => Promise<void>;
  /** Deletes for good, as HubSpot does for the GDPR. `erased` is false when there was none. */
  eraseContact: (memberId: string) => Promise<{ erased: boolean }>;
  /** One cheap request: address, token and our unique property. */
  check: () => Promise<void>;
}

/** `amount` in major units as a decimal (`129.00`), as the CRM's numbers are; `on` is a day, YYYY-MM-DD in UTC. */
export interface LastPayment {
  amount: string;
  currency: string;
  on: string;
}

interface CrmOptions {
  baseUrl: string;
  accessToken: string;
  /** For each request, its answer included; 10 s unless given. */
  timeoutMs?: number;
}

/** Connects to HubSpot's API, or to what speaks it, at `baseUrl`. Nothing is sent before the first call. */
export function connectCrm({ baseUrl, accessToken, timeoutMs = defaultTimeoutMs }: CrmOptions): CrmSystem {
  const { basic, batch, properties } = clientOf({ baseUrl, accessToken, timeoutMs });

  async function install(): Promise<void> {
    const { results } = await asPartner(() => properties.getAll(objectType));
    const present = new Set(results.map(({ name }) => name));
    for (const property of customProperties) {
      if (!present.has(property.name)) await create(property);
    }
  }

  async function create(property: CustomProperty): Promise<void> {
    try {
      await asPartner(() => properties.create(objectType, definitionOf(property)));
    } catch (error) {
      // Another process may have been quicker; then it is there.
      if (!(await exists(property.name))) throw error;
    }
  }

  async function exists(name: string): Promise<boolean> {
    return (await orNull(() => properties.getByName(objectType, name))) !== null;
  }

  async function upsertContact(member: PartnerMember): Promise<CrmWrite> {
    const record = toPartnerRecord('crm', crmMapping, member);
    const stored = await readContact(member.memberId);
    if (stored !== null && stored.version >= member.version) {
      return { recordId: stored.recordId, version: stored.version, applied: false };
    }
    try {
      return await write(member, record);
    } catch (error) {
      if (!(error instanceof AddressTakenError)) throw error;
      return await adopt(error.holder, member, record, stored !== null);
    }
  }

  async function write(member: PartnerMember, record: PartnerRecord): Promise<CrmWrite> {
    const input = { idProperty, id: member.memberId, properties: cleared(record) };
    const answer = await asPartner(() => batch.upsert({ inputs: [input] }));
    if ('errors' in answer && answer.errors !== undefined && answer.errors.length > 0) {
      throw new PartnerError('crm', 'permanent', 'the contact was not accepted');
    }
    return confirmed(answer.results[0], member);
  }

  async function adopt(
    holder: string,
    member: PartnerMember,
    record: PartnerRecord,
    hasOwn: boolean,
  ): Promise<CrmWrite> {
    const contact = await orNull(() => basic.getById(holder, [idProperty]));
    if (contact === null)
      throw new PartnerError('crm', 'transient', 'the contact with this e-mail address has just gone');
    const owner = contact.properties[idProperty];
    if (owner) throw new AddressTakenError(holder, 'the contact of another member has this e-mail address');
    if (hasOwn) {
      throw new AddressTakenError(holder, 'a contact made in the CRM has this e-mail address; merge the two there');
    }
    return confirmed(await asPartner(() => basic.update(holder, { properties: cleared(record) })), member);
  }

  async function readContact(memberId: string): Promise<CrmContact | null> {
    return await orNull(async () => {
      const contact = await basic.getById(memberId, readProperties, undefined, undefined, false, idProperty);
      const member = fromPartnerRecord(crmMapping, contact.properties);
      return { ...member, recordId: contact.id, updatedAt: contact.updatedAt.toISOString() };
    });
  }

  async function eraseContact(memberId: string): Promise<{ erased: boolean }> {
    const contact = await readContact(memberId);
    if (contact === null) return { erased: false };
    await orNull(() => basic.purge({ objectId: contact.recordId }));
    return { erased: true };
  }

  async function writeLastPayment(memberId: string, { amount, currency, on }: LastPayment): Promise<void> {
    const values = { last_payment_amount: amount, last_payment_currency: currency, last_payment_on: on };
    const written = await orNull(() => basic.update(memberId, { properties: values }, idProperty));
    if (written === null) throw new PartnerError('crm', 'transient', 'the contact is not there yet');
  }

  async function check(): Promise<void> {
    if (!(await exists(idProperty))) throw new PartnerError('crm', 'credentials', `property ${idProperty} is missing`);
  }

  return { install, upsertContact, readContact, writeLastPayment, eraseContact, check };
}

function confirmed(written: contactsApi.SimplePublicObject | undefined, member: PartnerMember): CrmWrite {
  if (written?.properties.guildhall_version !== String(member.version)) {
    throw new PartnerError('crm', 'transient', 'the written version was not confirmed');
  }
  return { recordId: written.id, version: member.version, applied: true };
}

function clientOf({ baseUrl, accessToken, timeoutMs }: Required<CrmOptions>) {
  const settings = { basePath: baseUrl.replace(/\/+$/, ''), accessToken };
  const transport = timedTransport(timeoutMs);
  const contacts = contactsApi.createConfiguration({
    ...ApiClientConfigurator.getParams(
      settings,
      contactsApi.ServerConfiguration,
      contactsApi.Observable<contactsApi.RequestContext>,
      contactsApi.Observable<contactsApi.ResponseContext>,
    ),
    httpApi: contactsApi.wrapHttpLibrary(transport),
  });
  const properties = propertiesApi.createConfiguration({
    ...ApiClientConfigurator.getParams(
      settings,
      propertiesApi.ServerConfiguration,
      propertiesApi.Observable<propertiesApi.RequestContext>,
      propertiesApi.Observable<propertiesApi.ResponseContext>,
    ),
    httpApi: propertiesApi.wrapHttpLibrary(transport),
  });
  return {
    basic: new contactsApi.BasicApi(contacts),
    batch: new contactsApi.BatchApi(contacts),
    properties: new propertiesApi.CoreApi(properties),
  };
}

async function asPartner<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof PartnerError) throw error;
    const status = statusOf(error);
    if (status !== null) throw httpError('crm', status);
    throw new PartnerError('crm', 'unavailable', 'unreadable answer');
  }
}

async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
  return await asPartner(async () => {
    try {
      return await call();
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  });
}

function statusOf(error: unknown): number | null {
  const known = error instanceof contactsApi.ApiException || error instanceof propertiesApi.ApiException;
  return known ? error.code : null;
}

/** HubSpot clears a value when it is sent empty; what is left out stays. */
function cleared(record: PartnerRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, value ?? '']));
}

function definitionOf({ name, label, type, unique }: CustomProperty): propertiesApi.PropertyCreate {
  const shapes = {
    string: {
      type: propertiesApi.PropertyCreateTypeEnum.String,
      fieldType: propertiesApi.PropertyCreateFieldTypeEnum.Text,
    },
    number: {
      type: propertiesApi.PropertyCreateTypeEnum.Number,
      fieldType: propertiesApi.PropertyCreateFieldTypeEnum.Number,
    },
    date: {
      type: propertiesApi.PropertyCreateTypeEnum.Date,
      fieldType: propertiesApi.PropertyCreateFieldTypeEnum.Date,
    },
  };
  return { name, label, groupName: 'contactinformation', hasUniqueValue: unique, ...shapes[type] };
}
