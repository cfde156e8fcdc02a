export { connectLegacy } from './connect.ts';
export type { LegacyPayment, LegacySystem } from './legacy-system.ts';
