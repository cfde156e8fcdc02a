export { type CrmSystem, connectCrm } from './connect.ts';
