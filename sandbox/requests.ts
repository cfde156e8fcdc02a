import type { Partner } from './faults.ts';

/** One line of the request log. `at` is ISO UTC; `status` is what the client was told, or what became of it. */
export type LoggedRequest = {
  at: string;
  partner: Partner;
  method: string;
  path: string;
  status: string;
  ms: number;
  faults: string[];
};

const kept = 200;

/** The last 200 requests of each partner: no bodies, no query strings, no addresses. */
export class RequestLog {
  #byPartner = new Map<Partner, LoggedRequest[]>();

  /** Adds a line; `startedAt` is epoch ms. */
  add(partner: Partner, line: { method: string; path: string; status: string; startedAt: number; faults?: string[] }) {
    const lines = this.#byPartner.get(partner) ?? [];
    this.#byPartner.set(partner, lines);
    lines.unshift({
      at: new Date(line.startedAt).toISOString(),
      partner,
      method: line.method,
      path: withoutAddresses(line.path),
      status: line.status,
      ms: Date.now() - line.startedAt,
      faults: line.faults ?? [],
    });
    if (lines.length > kept) lines.length = kept;
  }

  /** Newest first. */
  list(partner: Partner): LoggedRequest[] {
    return [...(this.#byPartner.get(partner) ?? [])];
  }
}

// HubSpot takes an e-mail address as the record's id in the path.
function withoutAddresses(path: string): string {
  return path.replace(/[^/]+(@|%40)[^/]+/gi, '…@…');
}
