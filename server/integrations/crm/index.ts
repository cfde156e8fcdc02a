export { type CrmContact, type CrmSystem, type CrmWrite, connectCrm } from './connect.ts';
export { crmMapping, customProperties } from './mapping.ts';
