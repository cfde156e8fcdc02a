import type { App } from '#server/context/app.ts';
import type { AddressReader } from './address.ts';
import type { Limits } from './limits.ts';

/** What the gateway is made of, once. */
export interface GatewayParts {
  app: App;
  readAddress: AddressReader;
  ownOrigin: string;
  limits: Limits;
  /** Aborts when the process stops. */
  closing: AbortSignal;
}
