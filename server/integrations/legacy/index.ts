export { connectLegacy } from './connect.ts';
export type { LegacySystem } from './legacy-system.ts';
