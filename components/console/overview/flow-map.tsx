import { IconArrowRight, IconX } from '@tabler/icons-react';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { ConsoleOverview, FlowStatus } from '../../api/console/shapes.ts';
import { formatNumber } from '../../values/format.ts';
import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';
import { formatDuration, formatRate } from '../rate.ts';
import classes from './flow-map.module.css';
import { flowHref, systemNames } from './needs.ts';

const tones: Record<FlowStatus['state'], Tone> = {
  flowing: 'ok',
  idle: 'neutral',
  failing: 'warn',
  paused: 'warn',
  stopped: 'bad',
};

const words: Record<FlowStatus['state'], string> = {
  flowing: 'Flowing',
  idle: 'Idle',
  failing: 'Failing',
  paused: 'Paused',
  stopped: 'Stopped',
};

/** The system as it is: what comes in, where it is kept, where it goes, at which rate and how late. Every part opens. */
export function FlowMap({ flow }: { flow: ConsoleOverview['flow'] }) {
  return (
    <section className={classes.map} aria-label="Flow map">
      <Node href={'/ops/members' as Route} title="Member API" note="commands" />
      <Arrow label={`${formatNumber(flow.eventsPerSecond, 1)}/s`} />
      <Node
        href={'/ops/events' as Route}
        title="Event store"
        note={flow.visibleP95Ms === null ? 'no events' : `visible p95 ${formatDuration(flow.visibleP95Ms)}`}
      />
      <ul className={classes.branches}>
        {flow.systems.map((system) => (
          <li key={system.system} className={classes.branch} data-state={system.state}>
            <Branch flow={system} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Node({ href, title, note }: { href: Route; title: string; note: string }) {
  return (
    <Link href={href} className={classes.node}>
      <span className={classes.name}>{title}</span>
      <span className={classes.note}>{note}</span>
    </Link>
  );
}

function Arrow({ label }: { label: string }) {
  return (
    <div className={classes.arrow}>
      <span className={classes.label}>{label}</span>
      <span className={classes.line} aria-hidden>
        <IconArrowRight size={14} stroke={2} />
      </span>
    </div>
  );
}

function Branch({ flow }: { flow: FlowStatus }) {
  const broken = flow.state === 'stopped';
  const lag = flow.p95Ms === null ? null : formatDuration(flow.p95Ms);
  return (
    <Link href={flowHref(flow) as Route} className={classes.target}>
      <span className={classes.arrow}>
        <span className={classes.label}>
          <span className={classes.part}>{formatRate(flow.perMinute)}</span>
          {lag ? <span className={classes.part}> · {lag}</span> : null}
        </span>
        <span className={classes.line} aria-hidden>
          {broken ? <IconX size={14} stroke={2.5} /> : <IconArrowRight size={14} stroke={2} />}
        </span>
      </span>
      <span className={classes.box}>
        <span className={classes.name}>{systemNames[flow.system]}</span>
        <StatePill state={flow.state} tone={tones[flow.state]}>
          {words[flow.state]}
        </StatePill>
        <Behind waiting={flow.waiting}>
          {flow.state === 'flowing' || flow.state === 'idle' ? null : flow.lastError}
        </Behind>
      </span>
    </Link>
  );
}

function Behind({ waiting, children }: { waiting: number; children: ReactNode }) {
  const text = waiting > 0 ? `${formatNumber(waiting)} waiting` : 'nothing waits';
  return (
    <span className={classes.note}>
      {text}
      {children ? <> · {children}</> : null}
    </span>
  );
}
