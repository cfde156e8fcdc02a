export { connectLegacy } from './connect.ts';
export type { LegacyMember, LegacySystem, LegacyWrite } from './legacy-system.ts';
export { legacyMapping } from './mapping.ts';
