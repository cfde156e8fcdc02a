import type { Contacts } from '../crm/contacts.ts';
import type { Properties } from '../crm/properties.ts';
import type { Faults, Partner } from '../faults.ts';
import type { MailStore } from '../mail/store.ts';
import type { RequestLog } from '../requests.ts';
import type { GatewaySource } from './gateway.ts';

/** What the pages show. `addresses`: where each running partner listens. */
export type Sources = {
  faults: Faults;
  log: RequestLog;
  mail: MailStore;
  contacts: Contacts;
  properties: Properties;
  gateway: GatewaySource;
  addresses: Partial<Record<Partner, string>>;
};
