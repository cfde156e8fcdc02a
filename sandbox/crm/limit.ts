/** `interval`: requests allowed in any 10 s; `daily`: in any 24 h. */
export type RateLimits = { interval: number; daily: number };
export type RateAnswer = {
  exceeded?: 'TEN_SECONDLY_ROLLING' | 'DAILY';
  retryAfterSeconds: number;
  headers: Record<string, string>;
};

const intervalMs = 10_000;
const dayMs = 86_400_000;

/** HubSpot's two limits: a sliding window of 10 s, and a count for the day (UTC). Refused requests count in neither. */
export class RateLimit {
  #limits: RateLimits;
  #now: () => number;
  #recent: number[] = [];
  #head = 0;
  #day = 0;
  #today = 0;

  constructor(limits: RateLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  take(): RateAnswer {
    const now = this.#now();
    this.#forget(now);
    const oldest = this.#recent[this.#head];
    if (this.#today >= this.#limits.daily) {
      return this.#answer('DAILY', Math.ceil((dayMs - (now % dayMs)) / 1_000));
    }
    if (this.#recent.length - this.#head >= this.#limits.interval) {
      return this.#answer('TEN_SECONDLY_ROLLING', Math.max(1, Math.ceil(((oldest ?? now) + intervalMs - now) / 1_000)));
    }
    this.#recent.push(now);
    this.#today += 1;
    return this.#answer(undefined, 0);
  }

  /** The headers of a refusal that no count has caused. */
  headersWhenExhausted(): Record<string, string> {
    return this.#headers(0, this.#dailyLeft());
  }

  #answer(exceeded: RateAnswer['exceeded'], retryAfterSeconds: number): RateAnswer {
    const left = Math.max(0, this.#limits.interval - (this.#recent.length - this.#head));
    return { ...(exceeded ? { exceeded } : {}), retryAfterSeconds, headers: this.#headers(left, this.#dailyLeft()) };
  }

  #dailyLeft(): number {
    return Math.max(0, this.#limits.daily - this.#today);
  }

  #headers(left: number, dailyLeft: number): Record<string, string> {
    const perSecond = Math.ceil(this.#limits.interval / 10);
    return {
      'x-hubspot-ratelimit-daily': String(this.#limits.daily),
      'x-hubspot-ratelimit-daily-remaining': String(dailyLeft),
      'x-hubspot-ratelimit-interval-milliseconds': String(intervalMs),
      'x-hubspot-ratelimit-max': String(this.#limits.interval),
      'x-hubspot-ratelimit-remaining': String(left),
      'x-hubspot-ratelimit-secondly': String(perSecond),
      'x-hubspot-ratelimit-secondly-remaining': String(Math.min(perSecond, left)),
    };
  }

  #forget(now: number): void {
    const day = Math.floor(now / dayMs);
    if (day !== this.#day) this.#today = 0;
    this.#day = day;
    while (this.#head < this.#recent.length && (this.#recent[this.#head] ?? now) <= now - intervalMs) this.#head += 1;
    if (this.#head > 10_000) {
      this.#recent = this.#recent.slice(this.#head);
      this.#head = 0;
    }
  }
}
