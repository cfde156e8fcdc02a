import { z } from 'zod';

export const partners = ['legacy', 'crm', 'mail', 'gateway', 'soap', 'rest', 'sftp'] as const;
/** What can happen to a request of any partner. */
export const requestFaults = ['slow', 'fail', 'rate-limit', 'refuse', 'cut', 'hang', 'fail-after', 'reject'] as const;
/** What else can happen to a request to the payment gateway. */
export const gatewayFaults = ['fail-once', 'no-answer', 'webhook-first'] as const;
/** What can happen to a webhook of the payment gateway. */
export const webhookFaults = [
  'webhook-twice',
  'webhook-disorder',
  'webhook-late',
  'webhook-bad-signature',
  'webhook-old',
  'webhook-off',
] as const;
export const faultNames = [...requestFaults, ...gatewayFaults, ...webhookFaults] as const;
export type Partner = (typeof partners)[number];
export type FaultName = (typeof faultNames)[number];

const defaultDelayMs: Partial<Record<FaultName, number>> = {
  slow: 2_000,
  'webhook-late': 30_000,
  'webhook-disorder': 300,
};
const longestTimer = 2 ** 31 - 1;

/** The faults that a partner can have. */
export function faultsOf(partner: Partner): readonly FaultName[] {
  return partner === 'gateway' ? faultNames : requestFaults;
}

/**
 * What `POST /faults` takes. `until`: an ISO time, or seconds from now. `delayMs` belongs to `slow`, `webhook-late` and
 * `webhook-disorder`.
 */
export const faultInput = z
  .strictObject({
    partner: z.enum(partners),
    fault: z.enum(faultNames),
    rate: z.number().min(0).max(1).default(1),
    delayMs: z.int().min(0).max(600_000).optional(),
    until: z.union([z.iso.datetime({ offset: true }), z.number().positive().max(31_536_000)]).optional(),
  })
  .refine(({ partner, fault }) => faultsOf(partner).includes(fault), {
    path: ['fault'],
    message: 'Only the payment gateway has this fault',
  });
export type FaultInput = z.input<typeof faultInput>;

/** A fault that is on. `until` and `since` are ISO times in UTC; `hits` counts the requests it has touched. */
export type Fault = {
  partner: Partner;
  fault: FaultName;
  rate: number;
  delayMs?: number;
  until?: string;
  since: string;
  hits: number;
};

/** What strikes one request or webhook: a delay first (0 for none), then the faults drawn for it. */
export type Drawn = { delayMs: number; has(fault: FaultName): boolean; names: FaultName[] };

type Active = Fault & { endsAt: number; timer?: NodeJS.Timeout };
type Listener = (partner: Partner) => void;

/** The switchboard of faults: kept in memory, so a restarted sandbox is a healthy one. */
export class Faults {
  #active = new Map<string, Active>();
  #listeners = new Set<Listener>();
  #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Switches a fault on; the same fault of the same partner is replaced. Throws `z.ZodError` on bad input. */
  set(input: FaultInput): Fault {
    const { partner, fault, rate, delayMs, until } = faultInput.parse(input);
    const now = Date.now();
    const endsAt = endOf(until, now);
    if (endsAt <= now) {
      throw new z.ZodError([{ code: 'custom', path: ['until'], message: 'Must lie in the future', input: until }]);
    }
    const active: Active = { partner, fault, rate, since: new Date(now).toISOString(), hits: 0, endsAt };
    const usualDelay = defaultDelayMs[fault];
    if (usualDelay !== undefined) active.delayMs = delayMs ?? usualDelay;
    if (endsAt < Number.POSITIVE_INFINITY) active.until = new Date(endsAt).toISOString();
    const key = `${partner}/${fault}`;
    clearTimeout(this.#active.get(key)?.timer);
    this.#active.set(key, active);
    this.#armExpiry(active);
    this.#tell(partner);
    return snapshot(active);
  }

  /** Switches off: everything, one partner's faults, or one fault of one partner. */
  clear(partner?: Partner, fault?: FaultName): void {
    for (const [key, active] of [...this.#active]) {
      if (partner && active.partner !== partner) continue;
      if (fault && active.fault !== fault) continue;
      clearTimeout(active.timer);
      this.#active.delete(key);
      this.#tell(active.partner);
    }
  }

  /** The faults that are on, in a steady order. */
  list(partner?: Partner): Fault[] {
    return this.#live()
      .filter((active) => !partner || active.partner === partner)
      .sort((a, b) => order(a) - order(b))
      .map(snapshot);
  }

  /** Draws, by each fault's rate, what of `among` strikes the next request of a partner, and counts the hits. */
  draw(partner: Partner, among: readonly FaultName[] = requestFaults): Drawn {
    const struck = this.#live().filter(
      (active) => active.partner === partner && among.includes(active.fault) && this.#strikes(active),
    );
    for (const active of struck) active.hits += 1;
    const names = struck.map((active) => active.fault);
    const delayMs = Math.max(0, ...struck.map((active) => active.delayMs ?? 0));
    return { delayMs, names, has: (fault) => names.includes(fault) };
  }

  /** True while the fault is on, whatever its rate. */
  isOn(partner: Partner, fault: FaultName): boolean {
    return this.#live().some((active) => active.partner === partner && active.fault === fault);
  }

  /** Resolves when the fault is off (cleared or expired) or the signal aborts. */
  untilOff(partner: Partner, fault: FaultName, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        stop();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const stop = this.onChange(() => {
        if (!this.isOn(partner, fault)) finish();
      });
      signal.addEventListener('abort', finish);
      if (signal.aborted || !this.isOn(partner, fault)) finish();
    });
  }

  /** Calls back after each change, expiry included; the answer stops it. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #strikes(active: Active): boolean {
    return active.rate >= 1 || this.#random() < active.rate;
  }

  #live(): Active[] {
    const now = Date.now();
    return [...this.#active.values()].filter((active) => active.endsAt > now);
  }

  #armExpiry(active: Active): void {
    if (active.endsAt === Number.POSITIVE_INFINITY) return;
    const left = Math.max(0, active.endsAt - Date.now());
    active.timer = setTimeout(
      () => {
        if (active.endsAt > Date.now()) return this.#armExpiry(active);
        this.clear(active.partner, active.fault);
      },
      Math.min(left, longestTimer),
    ).unref();
  }

  #tell(partner: Partner): void {
    for (const listener of [...this.#listeners]) listener(partner);
  }
}

function endOf(until: string | number | undefined, now: number): number {
  if (until === undefined) return Number.POSITIVE_INFINITY;
  return typeof until === 'number' ? now + until * 1_000 : Date.parse(until);
}

function snapshot({ endsAt: _endsAt, timer: _timer, ...fault }: Active): Fault {
  return fault;
}

function order(fault: Fault): number {
  return partners.indexOf(fault.partner) * faultNames.length + faultNames.indexOf(fault.fault);
}
